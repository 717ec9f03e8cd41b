package cn.yichuang.engine;

import static cn.yichuang.engine.Trial.bulk;
import static cn.yichuang.engine.Trial.command;
import static cn.yichuang.engine.Trial.complete;
import static cn.yichuang.engine.Trial.definitionOf;
import static cn.yichuang.engine.Trial.fetch;
import static cn.yichuang.engine.Trial.resource;
import static cn.yichuang.engine.Trial.startCommand;
import static cn.yichuang.engine.Trial.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What {@link KnownAnswers} and {@link KeptDefinitions} spare the engine to ask must change nothing of what it does. */
@EnabledIfEnvironmentVariable(named = "ENGINE_TEST_DATABASE_URL", matches = "postgres.*")
class KnownAnswersTrialTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WORKER = "knowing";

  @RegisterExtension
  static final TwoNodes NODES = TwoNodes.SHARED;

  private final Connection database = NODES.database();
  private final Node here = NODES.here();
  private final Node there = NODES.there();

  @Test
  void calls_at_once_the_version_another_node_has_deployed() throws Exception {
    String caller = definitionOf(here.deploy("caller.bpmn", resource("/caller.bpmn")));
    String first = definitionOf(here.deploy("callee.bpmn", callee("callee-1")));
    assertThat(calledBy(start(here, caller, "KNOWN-1"))).isEqualTo(first);
    String second = definitionOf(there.deploy("callee.bpmn", callee("callee-2")));
    assertThat(calledBy(start(here, caller, "KNOWN-2"))).isEqualTo(second).isNotEqualTo(first);
    JsonNode begin = Trial.events(database, start(here, second, "KNOWN-3")).get(0);
    assertThat(begin.path("pd").asText()).isEqualTo(second);
    assertThat(begin.path("version").asInt()).isEqualTo(2);
    assertThat(command(here, startCommand(first, "KNOWN-4")).path("status").asInt()).isEqualTo(200);
  }

  /** Under another name the table cannot be read by a query; its foreign keys go on working. */
  @Test
  void completes_a_task_without_looking_for_incidents() throws Exception {
    String external = fetch(here, WORKER, start(here, NODES.trial(), "KNOWN-5"));
    execute("alter table act_ru_incident rename to hidden_incident");
    try {
      assertThat(complete(here, external, WORKER, true).path("status").asInt()).isEqualTo(200);
    } finally {
      execute("alter table hidden_incident rename to act_ru_incident");
    }
  }

  @Test
  void removes_an_incident_with_its_task_or_its_cause() throws Exception {
    String resolved = failed("KNOWN-6");
    String cancelled = failed("KNOWN-7");
    String retried = failed("KNOWN-8");
    assertThat(bulkComplete(externalTask(resolved))).containsExactly(200);
    assertThat(here.api("DELETE", "/process-instance/" + cancelled, null).statusCode()).isEqualTo(204);
    assertThat(here.api("PUT", "/external-task/" + externalTask(retried) + "/retries", "{\"retries\":1}").statusCode())
        .isEqualTo(204);
    for (String instance : List.of(resolved, cancelled, retried)) {
      assertThat(rows("act_ru_incident", instance)).isZero();
    }
    assertThat(kinds(resolved)).containsOnlyOnce("incident.create", "incident.resolve");
    assertThat(kinds(cancelled)).containsOnlyOnce("incident.create", "incident.delete");
    assertThat(kinds(retried)).containsOnlyOnce("incident.create", "incident.resolve");
  }

  @Test
  void joins_branches_whose_tasks_were_fetched_and_completed_together() throws Exception {
    String instance = startPair("KNOWN-9");
    JsonNode tasks = fetchPair(instance);
    assertThat(tasks).extracting(task -> task.path("activityId").asText())
        .containsExactlyInAnyOrder("Task_Tax", "Task_Police");
    assertThat(tasks).extracting(task -> task.path("variables").path("score").path("value").asInt()).containsExactly(5, 5);
    assertThat(bulkComplete(tasks.get(0).path("id").asText(), tasks.get(1).path("id").asText())).containsExactly(200, 200);
    assertThat(rows("act_ru_task", instance)).isEqualTo(1);
    assertThat(completeDesk(instance, false)).isEqualTo(200);
    assertNothingIsLeft(instance);
    assertThat(kinds(instance)).containsExactly("instance.start", "wait.start", "wait.start", "wait.start", "task.create",
        "wait.end", "wait.end", "task.complete", "wait.end", "instance.end");
  }

  @Test
  void removes_the_tasks_beside_the_one_it_has_read() throws Exception {
    String instance = startPair("KNOWN-10");
    fetchPair(instance);
    assertThat(completeDesk(instance, true)).isEqualTo(200);
    assertNothingIsLeft(instance);
    assertThat(Trial.events(database, instance)).filteredOn(event -> event.path("canceled").asBoolean())
        .extracting(event -> event.path("act").asText()).containsExactlyInAnyOrder("Task_Tax", "Task_Police");
  }

  private String callee(String topic) {
    return NODES.diagram().replace("\"trial\"", "\"callee\"").replace("material-check", topic);
  }

  private String startPair(String businessKey) throws Exception {
    return start(here, definitionOf(here.deploy("pair.bpmn", resource("/pair.bpmn"))), businessKey);
  }

  private static String start(Node node, String definition, String businessKey) throws Exception {
    JsonNode answer = command(node, startCommand(definition, businessKey));
    assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
    return answer.path("body").path("id").asText();
  }

  /** The definition of the instance that this one has called. */
  private String calledBy(String instance) throws Exception {
    return first("/process-instance?superProcessInstance=" + instance).path("definitionId").asText();
  }

  /** An instance whose external task has no retries left and therefore an incident. */
  private String failed(String businessKey) throws Exception {
    String instance = start(here, NODES.trial(), businessKey);
    String external = fetch(here, WORKER, instance);
    assertThat(here.worker("POST", "/external-task/" + external + "/failure", "{\"workerId\":\"" + WORKER
        + "\",\"errorMessage\":\"x\",\"retries\":0,\"retryTimeout\":0}").statusCode()).isEqualTo(204);
    assertThat(rows("act_ru_incident", instance)).isEqualTo(1);
    return instance;
  }

  private String externalTask(String instance) throws Exception {
    return first("/external-task?processInstanceId=" + instance).path("id").asText();
  }

  private JsonNode first(String query) throws Exception {
    return JSON.readTree(here.api("GET", query, null).body()).path(0);
  }

  private JsonNode fetchPair(String instance) throws Exception {
    return JSON.readTree(here.worker("POST", "/external-task/fetchAndLock", "{\"workerId\":\"" + WORKER
        + "\",\"maxTasks\":2,\"topics\":[{\"topicName\":\"pair-check\",\"lockDuration\":600000,\"variables\":[\"score\"],"
        + "\"processInstanceId\":\"" + instance + "\"}]}").body());
  }

  private List<Integer> bulkComplete(String... externalTasks) throws Exception {
    List<String> tasks = new ArrayList<>();
    for (String id : externalTasks) {
      tasks.add(task(id, "{\"complete\":true}"));
    }
    List<Integer> statuses = new ArrayList<>();
    bulk(here, BulkComplete.PATH, Node.WORKER_TOKEN, "{\"workerId\":\"" + WORKER + "\",\"tasks\":["
        + String.join(",", tasks) + "]}").forEach(answer -> statuses.add(answer.path("status").asInt()));
    return statuses;
  }

  private int completeDesk(String instance, boolean stop) throws Exception {
    String id = first("/task?processInstanceId=" + instance).path("id").asText();
    return command(there, "{\"kind\":\"complete\",\"taskId\":\"" + id + "\",\"variables\":{\"stop\":" + stop + "}}")
        .path("status").asInt();
  }

  private void assertNothingIsLeft(String instance) throws Exception {
    for (String table : List.of("act_ru_execution", "act_ru_ext_task", "act_ru_task", "act_ru_variable",
        "act_ru_incident")) {
      assertThat(rows(table, instance)).as(table).isZero();
    }
  }

  private long rows(String table, String instance) throws Exception {
    return Trial.count(database, "select count(*) from " + table + " where proc_inst_id_ = '" + instance + "'");
  }

  private List<String> kinds(String instance) throws Exception {
    return Trial.events(database, instance).stream().map(event -> event.path("k").asText()).toList();
  }

  private void execute(String sql) throws Exception {
    try (Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
  }
}
