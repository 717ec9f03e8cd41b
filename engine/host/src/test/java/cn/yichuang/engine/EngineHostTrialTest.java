package cn.yichuang.engine;

import static cn.yichuang.engine.Trial.bulk;
import static cn.yichuang.engine.Trial.command;
import static cn.yichuang.engine.Trial.commands;
import static cn.yichuang.engine.Trial.complete;
import static cn.yichuang.engine.Trial.count;
import static cn.yichuang.engine.Trial.definitionOf;
import static cn.yichuang.engine.Trial.engineHistoryRows;
import static cn.yichuang.engine.Trial.events;
import static cn.yichuang.engine.Trial.fetch;
import static cn.yichuang.engine.Trial.many;
import static cn.yichuang.engine.Trial.startCommand;
import static cn.yichuang.engine.Trial.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Cases, events, doors and the deploy gate, on two real nodes. */
@EnabledIfEnvironmentVariable(named = "ENGINE_TEST_DATABASE_URL", matches = "postgres.*")
class EngineHostTrialTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension
  static final TwoNodes NODES = TwoNodes.SHARED;

  private final Connection database = NODES.database();
  private final String schema = NODES.schema();
  private final Node here = NODES.here();
  private final Node there = NODES.there();
  private final String diagram = NODES.diagram();
  private final String trial = NODES.trial();

  @Test
  void walks_a_case_and_tells_its_story_in_the_outbox() throws Exception {
    String instance = start(here, "CASE-1", 200);
    String external = fetch(there, "walker", instance);
    assertThat(complete(there, external, "walker", true).path("status").asInt()).isEqualTo(200);
    JsonNode tasks = JSON.readTree(here.api("GET", "/task?processInstanceId=" + instance, null).body());
    assertThat(tasks).hasSize(1);
    String task = tasks.get(0).path("id").asText();
    assertThat(command(here, "{\"kind\":\"complete\",\"taskId\":\"" + task + "\"}").path("status").asInt()).isEqualTo(200);

    List<JsonNode> events = events(database, instance);
    assertThat(events).extracting(event -> event.path("k").asText() + " " + event.path("act").asText()).containsExactly(
        "instance.start ", "wait.start Task_Check", "wait.end Task_Check", "wait.start Task_Review",
        "task.create Task_Review", "task.update Task_Review", "task.complete Task_Review", "wait.end Task_Review",
        "instance.end ");
    assertThat(events.get(0).path("bk").asText()).isEqualTo("CASE-1");
    assertThat(events.get(4).path("task").asText()).isEqualTo(task);
    assertThat(events.get(4).path("due").asLong()).isEqualTo(1796054400000L);
    assertThat(events.get(8).path("state").asText()).isEqualTo("COMPLETED");
    assertThat(count(database, "select count(*) from engine_event where process_instance_id = '" + instance + "'")).isEqualTo(3);
    assertThat(engineHistoryRows(database, schema)).isZero();
  }

  @Test
  void starts_a_business_key_once_whoever_asks_and_leaves_nothing_of_the_others() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(8);
    List<Integer> answers = new ArrayList<>();
    try {
      List<Callable<Integer>> starts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Node node = i % 2 == 0 ? here : there;
        starts.add(() -> command(node, startCommand(trial, "CASE-2")).path("status").asInt());
      }
      for (Future<Integer> answer : callers.invokeAll(starts)) {
        answers.add(answer.get());
      }
    } finally {
      callers.shutdown();
    }
    assertThat(answers).containsOnlyOnce(200).containsOnly(200, 409);
    assertThat(command(here, startCommand(trial, "CASE-2")).path("body").path("type").asText()).isEqualTo("DuplicateStart");
    assertThat(count(database, "select count(*) from act_ru_execution where business_key_ = 'CASE-2'")).isEqualTo(1);
    assertThat(count(database, "select count(*) from engine_event where events->0->>'bk' = 'CASE-2'")).isEqualTo(1);
  }

  @Test
  void moves_no_token_when_the_event_cannot_be_written() throws Exception {
    String instance = start(here, "CASE-3", 200);
    String external = fetch(here, "unlucky", instance);
    String refuse = "alter table engine_event add constraint trial_refusal check (process_instance_id <> '" + instance + "') not valid";
    execute(refuse);
    try {
      assertThat(complete(here, external, "unlucky", true).path("status").asInt()).isEqualTo(500);
    } finally {
      execute("alter table engine_event drop constraint trial_refusal");
    }
    assertThat(events(database, instance)).extracting(event -> event.path("k").asText())
        .containsExactly("instance.start", "wait.start");
    assertThat(count(database, "select count(*) from act_ru_ext_task where id_ = '" + external + "'")).isEqualTo(1);
    assertThat(complete(here, external, "unlucky", true).path("status").asInt()).isEqualTo(200);
  }

  @Test
  void wakes_the_long_poll_of_another_node() throws Exception {
    String definition = definitionOf(here.deploy("poll.bpmn",
        diagram.replace("\"trial\"", "\"poll\"").replace("material-check", "poll-topic")));
    ExecutorService poller = Executors.newSingleThreadExecutor();
    try {
      // Shorter than the 30 s after which the engine would look by itself.
      Future<HttpResponse<String>> poll = poller.submit(() -> there.worker("POST", "/external-task/fetchAndLock",
          "{\"workerId\":\"poller\",\"maxTasks\":1,\"asyncResponseTimeout\":20000,"
              + "\"topics\":[{\"topicName\":\"poll-topic\",\"lockDuration\":60000}]}"));
      assertThat(command(here, startCommand(definition, "CASE-4")).path("status").asInt()).isEqualTo(200);
      assertThat(JSON.readTree(poll.get().body())).hasSize(1);
    } finally {
      poller.shutdown();
    }
  }

  @Test
  void tells_a_failure_with_the_retries_left_and_a_cancelled_task_as_deleted() throws Exception {
    String instance = start(here, "CASE-9", 200);
    String external = fetch(here, "failing", instance);
    String failure = "{\"workerId\":\"failing\",\"errorMessage\":\"no answer\",\"retries\":%d,\"retryTimeout\":0}";
    for (int left : new int[] {1, 0}) {
      assertThat(here.worker("POST", "/external-task/" + external + "/failure", failure.formatted(left)).statusCode())
          .isEqualTo(204);
    }
    assertThat(here.api("PUT", "/external-task/" + external + "/retries", "{\"retries\":3}").statusCode()).isEqualTo(204);
    assertThat(complete(here, external, "failing", true).path("status").asInt()).isEqualTo(200);
    assertThat(here.api("DELETE", "/process-instance/" + instance, null).statusCode()).isEqualTo(204);
    List<JsonNode> events = events(database, instance);
    assertThat(events).extracting(event -> event.path("k").asText()).containsSubsequence("external.fail",
        "external.fail", "incident.create", "incident.resolve", "task.create", "task.delete", "instance.end");
    assertThat(events).filteredOn(event -> event.path("k").asText().equals("external.fail"))
        .extracting(event -> event.path("retries").asInt(-1)).containsExactly(1, 0);
    assertThat(events.get(events.size() - 1).path("state").asText()).isEqualTo("EXTERNALLY_TERMINATED");
  }

  @Test
  void completes_in_bulk_each_for_itself() throws Exception {
    String first = fetch(here, "bulk", start(here, "CASE-5", 200));
    String foreign = fetch(here, "another", start(here, "CASE-10", 200));
    String second = fetch(here, "bulk", start(here, "CASE-6", 200));
    JsonNode answers = bulkComplete("bulk", task(first, "{\"complete\":true}"), task("gone", "{}"),
        task(foreign, "{\"complete\":true}"), task(second, "{\"complete\":{\"value\":true}}"),
        task(second, "{\"complete\":false}"), "{\"variables\":{}}");
    assertThat(answers).extracting(answer -> answer.path("status").asInt())
        .containsExactly(200, 404, 400, 400, 200, 400);
    assertThat(answers).extracting(answer -> answer.path("body").path("type").asText())
        .containsExactly("", "NotFoundException", "BadUserRequestException", "BadRequest", "", "BadRequest");
    assertThat(answers.get(2).path("body").path("message").asText()).contains("locked by worker 'another'");
    assertThat(count(database, "select count(*) from act_ru_ext_task where id_ in ('" + first + "','" + second + "')")).isZero();
    assertThat(count(database, "select count(*) from act_ru_ext_task where id_ = '" + foreign + "'")).isEqualTo(1);
  }

  @Test
  void tells_a_lost_race_in_bulk_by_its_code() throws Exception {
    String external = fetch(here, "racer", start(here, "CASE-11", 200));
    execute("create function trial_race() returns trigger language plpgsql as $$ begin "
        + "if old.id_ = '" + external + "' then return null; end if; return old; end $$");
    execute("create trigger trial_race before delete on act_ru_ext_task for each row execute function trial_race()");
    try {
      JsonNode answer = complete(here, external, "racer", true);
      assertThat(answer.path("status").asInt()).isEqualTo(500);
      assertThat(answer.path("body").path("type").asText()).isEqualTo("OptimisticLockingException");
      assertThat(answer.path("body").path("code").asInt()).isEqualTo(1);
    } finally {
      execute("drop trigger trial_race on act_ru_ext_task");
      execute("drop function trial_race");
    }
    assertThat(complete(here, external, "racer", true).path("status").asInt()).isEqualTo(200);
  }

  @Test
  void carries_out_commands_in_bulk_each_in_its_own_transaction() throws Exception {
    JsonNode answers = bulk(here, BulkCommand.PATH, Node.API_TOKEN, commands(startCommand(trial, "CASE-12"),
        startCommand(trial, "CASE-12"), startCommand("trial:9:none", "CASE-13"),
        "{\"kind\":\"start\",\"definitionId\":\"" + trial + "\",\"businessKey\":\"CASE-14\",\"variables\":{\"x\":[1]}}",
        "{\"kind\":\"complete\",\"taskId\":\"none\"}",
        "{\"kind\":\"correlate\",\"message\":\"none\",\"processInstanceId\":\"none\"}",
        "{\"kind\":\"cancel\",\"businessKey\":\"CASE-12\"}", "{\"kind\":\"start\"}", startCommand(trial, "CASE-15")));
    assertThat(answers).extracting(answer -> answer.path("status").asInt())
        .containsExactly(200, 409, 404, 400, 500, 500, 400, 400, 200);
    assertThat(answers).extracting(answer -> answer.path("body").path("type").asText()).containsExactly("",
        "DuplicateStart", "NotFoundException", "BadRequest", "NullValueException",
        "MismatchingMessageCorrelationException", "BadRequest", "BadRequest", "");
    assertThat(count(database, "select count(*) from act_ru_execution where business_key_ in ('CASE-12','CASE-13','CASE-14','CASE-15')"
        + " and parent_id_ is null")).isEqualTo(2);
  }

  @Test
  void keeps_the_types_of_variables_given_in_bulk() throws Exception {
    String instance = command(here, "{\"kind\":\"start\",\"definitionId\":\"" + trial + "\",\"businessKey\":\"CASE-16\","
        + "\"variables\":{\"text\":\"x\",\"yes\":true,\"int\":5,\"long\":5000000000,\"double\":2.5,\"none\":null}}")
        .path("body").path("id").asText();
    List<String> types = new ArrayList<>();
    try (Statement statement = database.createStatement(); ResultSet rows = statement.executeQuery(
        "select name_ || ' ' || type_ from act_ru_variable where proc_inst_id_ = '" + instance + "'")) {
      while (rows.next()) {
        types.add(rows.getString(1));
      }
    }
    assertThat(types).containsExactlyInAnyOrder("text string", "yes boolean", "int integer", "long long",
        "double double", "none null");
  }

  @Test
  void guards_the_bulk_doors_as_every_other() throws Exception {
    String empty = "{\"commands\":[],\"tasks\":[],\"workerId\":\"w\"}";
    for (String path : new String[] {BulkCommand.PATH, BulkComplete.PATH}) {
      boolean api = path.equals(BulkCommand.PATH);
      String own = api ? Node.API_TOKEN : Node.WORKER_TOKEN;
      assertThat(here.send("POST", path, own, empty).body()).isEqualTo("[]");
      assertThat(here.send("POST", path, null, empty).statusCode()).isEqualTo(401);
      assertThat(here.send("POST", path, api ? Node.WORKER_TOKEN : Node.API_TOKEN, empty).statusCode()).isEqualTo(403);
      assertThat(here.send("GET", path, own, null).statusCode()).isEqualTo(403);
      for (String key : new String[] {"assigneeExpression", "orQueries"}) {
        assertThat(here.send("POST", path, own, "{\"workerId\":\"w\",\"" + (api ? "commands" : "tasks")
            + "\":[{\"variables\":{\"" + key + "\":\"${1+1}\"}}]}").statusCode()).isEqualTo(403);
      }
      assertThat(here.send("POST", path, own, "[]").statusCode()).isEqualTo(400);
      assertThat(here.send("POST", path, own, "").statusCode()).isEqualTo(400);
      assertThat(here.send("POST", path, own, "{\"commands\":" + many() + ",\"tasks\":" + many() + "}").statusCode())
          .isEqualTo(400);
    }
    assertThat(here.worker("POST", "/external-task/x/complete", "{}").statusCode()).isEqualTo(403);
    assertThat(here.api("POST", "/process-definition/key/trial/start", "{}").statusCode()).isEqualTo(403);
  }

  @Test
  void asks_for_no_definition_it_holds_and_runs_what_the_other_node_deployed() throws Exception {
    String newer = definitionOf(there.deploy("trial.bpmn", diagram + "<!-- once more -->"));
    assertThat(newer).isNotEqualTo(trial);
    JsonNode started = command(here, startCommand(newer, "CASE-KEPT"));
    String instance = started.path("body").path("id").asText();
    assertThat(complete(here, fetch(here, "keeper", instance), "keeper", true).path("status").asInt()).isEqualTo(200);
    String task = JSON.readTree(here.api("GET", "/task?processInstanceId=" + instance, null).body()).get(0).path("id").asText();
    database.setAutoCommit(false);
    try {
      execute("lock table act_re_procdef in access exclusive mode");
      JsonNode ended = command(here, "{\"kind\":\"complete\",\"taskId\":\"" + task + "\"}");
      assertThat(ended.path("status").asInt()).as(ended.toString()).isEqualTo(200);
    } finally {
      database.rollback();
      database.setAutoCommit(true);
    }
  }

  @Test
  void keeps_the_busy_tables_small() throws Exception {
    assertThat(count(database, "select count(*) from pg_class where relnamespace = '" + schema + "'::regnamespace"
        + " and 'fillfactor=80' = any(reloptions)")).isEqualTo(5);
  }

  @Test
  void lets_the_marks_of_a_modelling_tool_pass() throws Exception {
    assertThat(here.deploy("marked.bpmn", diagram.replace("\"trial\"", "\"marked\"")
        .replace("camunda:type=", "camunda:modelerTemplate=\"cn.yichuang.check\" camunda:type=")).statusCode()).isEqualTo(200);
  }

  @Test
  void opens_no_other_door() throws Exception {
    assertThat(here.send("GET", "/engine-rest/version", null, null).statusCode()).isEqualTo(401);
    assertThat(here.send("GET", "/engine-rest/version", Node.API_TOKEN + "x", null).statusCode()).isEqualTo(401);
    assertThat(here.api("POST", "/task", "{\"orQueries\":[{\"assigneeExpression\":\"${1+1}\"}]}").statusCode()).isEqualTo(403);
    assertThat(here.api("GET", "/task?assigneeExpression=x", null).statusCode()).isEqualTo(403);
    assertThat(here.api("GET", "/task?assignee=%24x", null).statusCode()).isEqualTo(403);
    assertThat(here.api("GET", "/task?maxResults=100000", null).statusCode()).isEqualTo(400);
    assertThat(here.send("POST", BulkCommand.PATH, Node.API_TOKEN, "{\"commands\":[],\"orQueries\":[]}").statusCode()).isEqualTo(403);
    assertThat(here.api("POST", "/external-task/fetchAndLock", "{}").statusCode()).isEqualTo(403);
    assertThat(here.worker("POST", "/bulk/command", "{}").statusCode()).isEqualTo(403);
    assertThat(here.api("POST", "/bulk/command", "{\"commands\":\"" + "m".repeat(RequestBody.MAX_JSON_BYTES) + "\"}").statusCode())
        .isEqualTo(413);
    for (String path : new String[] {"/", "/camunda/", "/operaton/", "/h2-console", "/swaggerui", "/actuator",
        "/engine-rest/application.wadl", "/engine-rest/engine", "/engine-rest/history/task", "/healthz/x"}) {
      // 404 where Tomcat has no servlet at all.
      assertThat(here.send("GET", path, Node.API_TOKEN, null).statusCode()).as(path).isIn(403, 404);
    }
  }

  /** A change of the good diagram that must not be deployable, and a word of the reason. */
  @ParameterizedTest
  @CsvSource(delimiterString = " => ", value = {
      "camunda:topic=\"material-check\" => camunda:topic=\"${topic}\" => topic",
      "camunda:topic=\"material-check\" => camunda:topic=\"UPPER\" => topic",
      "camunda:type=\"external\" camunda:topic=\"material-check\" => camunda:class=\"java.lang.Object\" => 'class'",
      "camunda:type=\"external\" => camunda:type=\"external\" camunda:delegateExpression=\"${x}\" => 'delegateExpression'",
      "camunda:type=\"external\" => camunda:type=\"external\" camunda:expression=\"${x}\" => 'expression'",
      "<serviceTask id=\"Task_Check\" name=\"Check\" => <scriptTask id=\"Task_Script\" scriptFormat=\"groovy\"><script>1</script></scriptTask><serviceTask id=\"Task_Check\" name=\"Check\" => scriptTask",
      "<startEvent id=\"Start\"/> => <startEvent id=\"Start\"><extensionElements><camunda:executionListener event=\"end\" expression=\"${x}\"/></extensionElements></startEvent> => executionListener",
      "<startEvent id=\"Start\"/> => <startEvent id=\"Start\"><extensionElements><camunda:connector/></extensionElements></startEvent> => connector",
      "<startEvent id=\"Start\"/> => <startEvent id=\"Start\"><extensionElements><camunda:formData/></extensionElements></startEvent> => formData",
      "<startEvent id=\"Start\"/> => <startEvent id=\"Start\"><timerEventDefinition><timeDuration>PT1S</timeDuration></timerEventDefinition></startEvent> => timer",
      "${complete == true => ${''.getClass().forName('java.lang.Runtime') == true => grammar",
      "xsi:type=\"tFormalExpression\"> => xsi:type=\"tFormalExpression\" language=\"groovy\"> => language",
      "camunda:dueDate=\"${dueAt}\" => camunda:dueDate=\"${dateTime().plusDays(3)}\" => dueDate",
      "name=\"Review\" => name=\"${''.getClass()}\" => name",
      "camunda:candidateGroups=\"desk-1\" => camunda:assignee=\"${a}\" => candidate",
      "camunda:candidateGroups=\"desk-1\" => camunda:candidateGroups=\"${group}\" => candidate",
      "<definitions xmlns= => <!DOCTYPE x [<!ENTITY e \"y\">]><definitions xmlns= => DOCTYPE",
      "xmlns:camunda= => xsi:schemaLocation=\"http://x http://127.0.0.1:1/x.xsd\" xmlns:camunda= => schemaLocation",
      "<endEvent id=\"End\"/> => <endEvent id=\"End\"><signalEventDefinition/></endEvent> => signalEventDefinition",
      "<endEvent id=\"End\"/> => <endEvent id=\"End\"><extensionElements><x:y xmlns:x=\"http://example.org\"/></extensionElements></endEvent> => example.org",
      "camunda:historyTimeToLive=\"P30D\" => camunda:versionTag=\"1\" => TTL"})
  void refuses_hostile_diagrams(String good, String hostile, String reason) throws Exception {
    assertThat(diagram).contains(good);
    HttpResponse<String> answer = here.deploy("trial.bpmn", diagram.replace(good, hostile));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains(reason);
  }

  @Test
  void writes_no_value_of_a_variable_to_its_log() throws Exception {
    command(here, "{\"kind\":\"start\",\"definitionId\":\"" + trial + "\",\"businessKey\":\"CASE-7\","
        + "\"variables\":{\"secret\":[\"张三丰\"]}}");
    start(here, "CASE-8", 200);
    assertThat(here.log()).contains("engine-host ready").doesNotContain("张三丰");
  }

  private String start(Node node, String businessKey, int status) throws Exception {
    JsonNode answer = command(node, startCommand(trial, businessKey));
    assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(status);
    return answer.path("body").path("id").asText();
  }

  private JsonNode bulkComplete(String worker, String... tasks) throws Exception {
    return bulk(here, BulkComplete.PATH, Node.WORKER_TOKEN,
        "{\"workerId\":\"" + worker + "\",\"tasks\":[" + String.join(",", tasks) + "]}");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
  }
}
