package cn.yichuang.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two real nodes on a real PostgreSQL. Runs when ENGINE_TEST_DATABASE_URL names a database in which a schema may
 * be created and dropped; the plain build needs no database.
 */
@EnabledIfEnvironmentVariable(named = "ENGINE_TEST_DATABASE_URL", matches = "postgres.*")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineHostTrialTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String url = System.getenv("ENGINE_TEST_DATABASE_URL");
  private final String schema = "trial_" + ProcessHandle.current().pid();
  private Connection database;
  private Node here;
  private Node there;
  private String diagram;

  @BeforeAll
  void startTwoNodesOnAnEmptySchema() throws Exception {
    DatabaseUrl address = DatabaseUrl.parse(url);
    database = DriverManager.getConnection(address.jdbcUrl(schema), address.user(), address.password());
    execute("create schema " + schema);
    execute(resource("/engine-tables.sql"));
    diagram = resource("/trial.bpmn");
    // Together, because each must create Camunda's tables or wait for the other.
    ExecutorService starters = Executors.newFixedThreadPool(2);
    try {
      Future<Node> first = starters.submit(() -> Node.start(url, schema));
      Future<Node> second = starters.submit(() -> Node.start(url, schema));
      here = first.get();
      there = second.get();
    } finally {
      starters.shutdown();
    }
    assertThat(here.deploy("trial.bpmn", diagram).statusCode()).isEqualTo(200);
  }

  @AfterAll
  void stopEverything() throws Exception {
    for (Node node : new Node[] {here, there}) {
      if (node != null) {
        node.close();
      }
    }
    execute("drop schema if exists " + schema + " cascade");
    database.close();
  }

  @Test
  void walks_a_case_and_tells_its_story_in_the_outbox() throws Exception {
    String instance = start(here, "CASE-1", 200);
    String external = fetch(there, "walker", instance);
    assertThat(complete(there, external, "walker", true).statusCode()).isEqualTo(204);
    JsonNode tasks = JSON.readTree(here.api("GET", "/task?processInstanceId=" + instance, null).body());
    assertThat(tasks).hasSize(1);
    String task = tasks.get(0).path("id").asText();
    assertThat(here.api("POST", "/task/" + task + "/complete", "{}").statusCode()).isEqualTo(204);

    List<JsonNode> events = events(instance);
    assertThat(events).extracting(event -> event.path("k").asText() + " " + event.path("act").asText()).containsExactly(
        "instance.start ", "wait.start Task_Check", "wait.end Task_Check", "wait.start Task_Review",
        "task.create Task_Review", "task.update Task_Review", "task.complete Task_Review", "wait.end Task_Review",
        "instance.end ");
    assertThat(events.get(0).path("bk").asText()).isEqualTo("CASE-1");
    assertThat(events.get(4).path("task").asText()).isEqualTo(task);
    assertThat(events.get(4).path("due").asLong()).isEqualTo(1796054400000L);
    assertThat(events.get(8).path("state").asText()).isEqualTo("COMPLETED");
    assertThat(count("select count(*) from engine_event where process_instance_id = '" + instance + "'")).isEqualTo(3);
    assertThat(engineHistoryRows()).isZero();
  }

  @Test
  void starts_a_business_key_once_whoever_asks_and_leaves_nothing_of_the_others() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(8);
    List<Integer> answers = new ArrayList<>();
    try {
      List<Callable<Integer>> starts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Node node = i % 2 == 0 ? here : there;
        starts.add(() -> node.api("POST", "/process-definition/key/trial/start", body("CASE-2")).statusCode());
      }
      for (Future<Integer> answer : callers.invokeAll(starts)) {
        answers.add(answer.get());
      }
    } finally {
      callers.shutdown();
    }
    assertThat(answers).containsOnlyOnce(200).containsOnly(200, 409);
    assertThat(here.api("POST", "/process-definition/key/trial/start", body("CASE-2")).body())
        .contains("\"type\":\"DuplicateStart\"");
    assertThat(count("select count(*) from act_ru_execution where business_key_ = 'CASE-2'")).isEqualTo(1);
    assertThat(count("select count(*) from engine_event where events->0->>'bk' = 'CASE-2'")).isEqualTo(1);
  }

  @Test
  void moves_no_token_when_the_event_cannot_be_written() throws Exception {
    String instance = start(here, "CASE-3", 200);
    String external = fetch(here, "unlucky", instance);
    String refuse = "alter table engine_event add constraint trial_refusal check (process_instance_id <> '" + instance + "') not valid";
    execute(refuse);
    try {
      assertThat(complete(here, external, "unlucky", true).statusCode()).isEqualTo(500);
    } finally {
      execute("alter table engine_event drop constraint trial_refusal");
    }
    assertThat(events(instance)).extracting(event -> event.path("k").asText())
        .containsExactly("instance.start", "wait.start");
    assertThat(count("select count(*) from act_ru_ext_task where id_ = '" + external + "'")).isEqualTo(1);
    assertThat(complete(here, external, "unlucky", true).statusCode()).isEqualTo(204);
  }

  @Test
  void wakes_the_long_poll_of_another_node() throws Exception {
    assertThat(here.deploy("poll.bpmn", diagram.replace("\"trial\"", "\"poll\"").replace("material-check", "poll-topic"))
        .statusCode()).isEqualTo(200);
    ExecutorService poller = Executors.newSingleThreadExecutor();
    try {
      // Shorter than the 30 s after which the engine would look by itself.
      Future<HttpResponse<String>> poll = poller.submit(() -> there.worker("POST", "/external-task/fetchAndLock",
          "{\"workerId\":\"poller\",\"maxTasks\":1,\"asyncResponseTimeout\":20000,"
              + "\"topics\":[{\"topicName\":\"poll-topic\",\"lockDuration\":60000}]}"));
      assertThat(here.api("POST", "/process-definition/key/poll/start", body("CASE-4")).statusCode()).isEqualTo(200);
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
    assertThat(complete(here, external, "failing", true).statusCode()).isEqualTo(204);
    assertThat(here.api("DELETE", "/process-instance/" + instance, null).statusCode()).isEqualTo(204);
    List<JsonNode> events = events(instance);
    assertThat(events).extracting(event -> event.path("k").asText()).containsSubsequence("external.fail",
        "external.fail", "incident.create", "incident.resolve", "task.create", "task.delete", "instance.end");
    assertThat(events).filteredOn(event -> event.path("k").asText().equals("external.fail"))
        .extracting(event -> event.path("retries").asInt(-1)).containsExactly(1, 0);
    assertThat(events.get(events.size() - 1).path("state").asText()).isEqualTo("EXTERNALLY_TERMINATED");
  }

  @Test
  void completes_in_bulk_each_for_itself() throws Exception {
    String first = fetch(here, "bulk", start(here, "CASE-5", 200));
    String second = fetch(here, "bulk", start(here, "CASE-6", 200));
    JsonNode results = JSON.readTree(here.send("POST", BulkComplete.PATH, Node.WORKER_TOKEN,
        "{\"workerId\":\"bulk\",\"tasks\":[{\"id\":\"" + first + "\",\"variables\":{\"complete\":{\"value\":true}}},"
            + "{\"id\":\"gone\"},{\"id\":\"" + second + "\",\"variables\":{\"complete\":{\"value\":false}}}]}").body());
    assertThat(results).extracting(result -> result.path("ok").asBoolean()).containsExactly(true, false, true);
    assertThat(results.get(1).path("type").asText()).isEqualTo("NotFoundException");
    assertThat(count("select count(*) from act_ru_ext_task where id_ in ('" + first + "','" + second + "')")).isZero();
  }

  @Test
  void keeps_the_busy_tables_small() throws Exception {
    assertThat(count("select count(*) from pg_class where relnamespace = '" + schema + "'::regnamespace"
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
    assertThat(here.api("POST", "/message", "{\"messageName\":\"m\",\"orQueries\":[]}").statusCode()).isEqualTo(403);
    assertThat(here.api("POST", "/external-task/fetchAndLock", "{}").statusCode()).isEqualTo(403);
    assertThat(here.worker("POST", "/process-definition/key/trial/start", "{}").statusCode()).isEqualTo(403);
    assertThat(here.api("POST", "/message", "{\"messageName\":\"" + "m".repeat(RequestBody.MAX_JSON_BYTES) + "\"}").statusCode())
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
    here.api("POST", "/process-definition/key/trial/start",
        "{\"businessKey\":\"CASE-7\",\"variables\":{\"secret\":{\"value\":\"张三丰\",\"type\":\"Integer\"}}}");
    start(here, "CASE-8", 200);
    assertThat(here.log()).contains("engine-host ready").doesNotContain("张三丰");
  }

  private String start(Node node, String businessKey, int status) throws Exception {
    HttpResponse<String> answer = node.api("POST", "/process-definition/key/trial/start", body(businessKey));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return JSON.readTree(answer.body()).path("id").asText();
  }

  private static String body(String businessKey) {
    return "{\"businessKey\":\"" + businessKey + "\",\"variables\":{\"score\":{\"value\":5},\"urgent\":{\"value\":true},"
        + "\"dueAt\":{\"value\":\"2026-12-01T00:00:00.000+0800\",\"type\":\"Date\"}}}";
  }

  /** Fetches until the task of this instance is among those locked. */
  private static String fetch(Node node, String worker, String instance) throws Exception {
    while (true) {
      JsonNode tasks = JSON.readTree(node.worker("POST", "/external-task/fetchAndLock", "{\"workerId\":\"" + worker
          + "\",\"maxTasks\":1,\"asyncResponseTimeout\":20000,\"topics\":[{\"topicName\":\"material-check\","
          + "\"lockDuration\":600000,\"processInstanceId\":\"" + instance + "\",\"processDefinitionKey\":\"trial\"}]}").body());
      for (JsonNode task : tasks) {
        if (task.path("processInstanceId").asText().equals(instance)) {
          return task.path("id").asText();
        }
      }
    }
  }

  private static HttpResponse<String> complete(Node node, String id, String worker, boolean complete) throws Exception {
    return node.worker("POST", "/external-task/" + id + "/complete",
        "{\"workerId\":\"" + worker + "\",\"variables\":{\"complete\":{\"value\":" + complete + "}}}");
  }

  private List<JsonNode> events(String instance) throws Exception {
    List<JsonNode> events = new ArrayList<>();
    try (Statement statement = database.createStatement(); ResultSet rows = statement.executeQuery(
        "select events from engine_event where process_instance_id = '" + instance + "' order by id")) {
      while (rows.next()) {
        JSON.readTree(rows.getString(1)).forEach(events::add);
      }
    }
    return events;
  }

  private long engineHistoryRows() throws SQLException {
    long rows = 0;
    List<String> tables = new ArrayList<>();
    try (Statement statement = database.createStatement(); ResultSet names = statement.executeQuery(
        "select tablename from pg_tables where schemaname = '" + schema + "' and tablename like 'act_hi_%'")) {
      while (names.next()) {
        tables.add(names.getString(1));
      }
    }
    assertThat(tables).isNotEmpty();
    for (String table : tables) {
      rows += count("select count(*) from " + table);
    }
    return rows;
  }

  private long count(String query) throws SQLException {
    try (Statement statement = database.createStatement(); ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String resource(String name) throws Exception {
    try (var in = EngineHostTrialTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
