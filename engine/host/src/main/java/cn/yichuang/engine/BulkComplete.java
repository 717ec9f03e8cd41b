package cn.yichuang.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.camunda.bpm.engine.ExternalTaskService;
import org.camunda.bpm.engine.ProcessEngineException;

/**
 * Completes the external tasks of one fetch with one request. Each is its own engine transaction: one stale
 * task must not undo its neighbours.
 *
 * <p>Request: {@code {workerId, tasks: [{id, variables: {name: {value}}}]}}, variables as in Camunda's REST API
 * but scalars only. Answer: an array {@code [{id, ok}|{id, ok: false, type, message, code?}]} in the same order.
 */
final class BulkComplete extends HttpServlet {

  static final String PATH = "/bulk/external-task/complete";

  private static final long serialVersionUID = 1L;
  private static final int MAX_TASKS = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final transient ExternalTaskService externalTasks;

  BulkComplete(ExternalTaskService externalTasks) {
    this.externalTasks = externalTasks;
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
    JsonNode body = JSON.readTree(request.getInputStream());
    String workerId = body.path("workerId").asText("");
    JsonNode tasks = body.path("tasks");
    try {
      if (workerId.isEmpty() || !tasks.isArray() || tasks.size() > MAX_TASKS) {
        throw new Refusal(400, "BadRequest", "workerId and an array of at most " + MAX_TASKS + " tasks are needed.");
      }
      ArrayNode results = JSON.createArrayNode();
      for (JsonNode task : tasks) {
        results.add(complete(workerId, task));
      }
      response.setContentType("application/json");
      JSON.writeValue(response.getOutputStream(), results);
    } catch (Refusal refusal) {
      refusal.writeTo(response);
    }
  }

  private ObjectNode complete(String workerId, JsonNode task) {
    String id = task.path("id").asText("");
    ObjectNode result = JSON.createObjectNode().put("id", id);
    try {
      externalTasks.complete(id, workerId, scalars(task.path("variables")));
      return result.put("ok", true);
    } catch (RuntimeException e) {
      // Reported per task: the caller decides by type and code, as it does for a single complete.
      result.put("ok", false).put("type", e.getClass().getSimpleName()).put("message", e.getMessage());
      if (e instanceof ProcessEngineException engine) {
        result.put("code", engine.getCode());
      }
      return result;
    }
  }

  private static Map<String, Object> scalars(JsonNode variables) {
    Map<String, Object> scalars = new HashMap<>();
    variables.fields().forEachRemaining(field -> scalars.put(field.getKey(), scalar(field.getValue().path("value"))));
    return scalars;
  }

  private static Object scalar(JsonNode value) {
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isInt()) {
      return value.intValue();
    }
    if (value.isLong()) {
      return value.longValue();
    }
    if (value.isNumber()) {
      return value.doubleValue();
    }
    if (value.isContainerNode()) {
      throw new IllegalArgumentException("only scalar values are allowed");
    }
    return value.isNull() || value.isMissingNode() ? null : value.asText();
  }
}
