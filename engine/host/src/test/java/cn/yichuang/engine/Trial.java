package cn.yichuang.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What the trial says to a node, in the words of the doors. */
final class Trial {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Trial() {}

  static String startCommand(String definition, String businessKey) {
    return "{\"kind\":\"start\",\"definitionId\":\"" + definition + "\",\"businessKey\":\"" + businessKey
        + "\",\"variables\":{\"score\":5,\"urgent\":true,\"dueAt\":\"2026-12-01T00:00:00.000+08:00\"}}";
  }

  static JsonNode command(Node node, String command) throws Exception {
    return bulk(node, BulkCommand.PATH, Node.API_TOKEN, commands(command)).path(0);
  }

  static String commands(String... commands) {
    return "{\"commands\":[" + String.join(",", commands) + "]}";
  }

  static String task(String id, String variables) {
    return "{\"id\":\"" + id + "\",\"variables\":" + variables + "}";
  }

  static JsonNode bulk(Node node, String path, String token, String json) throws Exception {
    HttpResponse<String> answer = node.send("POST", path, token, json);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  /** One command more than a request may hold. */
  static String many() {
    return "[" + "{},".repeat(BulkDoor.MAX_COMMANDS) + "{}]";
  }

  static String definitionOf(HttpResponse<String> deployment) throws Exception {
    assertThat(deployment.statusCode()).as(deployment.body()).isEqualTo(200);
    return JSON.readTree(deployment.body()).path("deployedProcessDefinitions").fieldNames().next();
  }

  /** Fetches until the task of this instance is among those locked. */
  static String fetch(Node node, String worker, String instance) throws Exception {
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

  static JsonNode complete(Node node, String id, String worker, boolean complete) throws Exception {
    return bulk(node, BulkComplete.PATH, Node.WORKER_TOKEN, "{\"workerId\":\"" + worker + "\",\"tasks\":["
        + task(id, "{\"complete\":" + complete + "}") + "]}").path(0);
  }

  static String resource(String name) throws Exception {
    try (var in = Trial.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static List<JsonNode> events(Connection database, String instance) throws Exception {
    List<JsonNode> events = new ArrayList<>();
    try (Statement statement = database.createStatement(); ResultSet rows = statement.executeQuery(
        "select events from engine_event where process_instance_id = '" + instance + "' order by id")) {
      while (rows.next()) {
        JSON.readTree(rows.getString(1)).forEach(events::add);
      }
    }
    return events;
  }

  static long engineHistoryRows(Connection database, String schema) throws SQLException {
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
      rows += count(database, "select count(*) from " + table);
    }
    return rows;
  }

  static long count(Connection database, String query) throws SQLException {
    try (Statement statement = database.createStatement(); ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
