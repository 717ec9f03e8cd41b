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
import org.camunda.bpm.engine.exception.NotFoundException;
import org.camunda.bpm.engine.rest.exception.ExceptionHandlerHelper;

/**
 * Many commands in one request, each its own engine transaction with its own answer: one that is refused must not
 * undo its neighbours. Beside the saved round trips this spares what the REST resources cost per request: about a
 * quarter of the host's CPU, profiled under load.
 *
 * <p>Answer: an array in the order of the commands, {@code {status, body?}} each, as the engine's REST API would have
 * answered a single call ({@code body} is {@code {type, message, code}} when it was refused).
 */
abstract class BulkDoor extends HttpServlet {

  /** Bounds how long the last command of a request waits for the first. */
  static final int MAX_COMMANDS = 200;

  private static final long serialVersionUID = 1L;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The key of the array in the request. */
  private final String commandsKey;

  BulkDoor(String commandsKey) {
    this.commandsKey = commandsKey;
  }

  /**
   * Carries out one command.
   *
   * @param envelope the whole request, for what all of its commands share
   * @return what a caller needs to know of the success, or null
   */
  abstract ObjectNode carryOut(JsonNode envelope, JsonNode command) throws Refusal;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
    JsonNode envelope = JSON.readTree(request.getInputStream());
    JsonNode commands = envelope.path(commandsKey);
    if (!commands.isArray() || commands.size() > MAX_COMMANDS) {
      new Refusal(400, "BadRequest", "An array '" + commandsKey + "' of at most " + MAX_COMMANDS + " is needed.")
          .writeTo(response);
      return;
    }
    ArrayNode answers = JSON.createArrayNode();
    for (JsonNode command : commands) {
      answers.add(answer(envelope, command));
    }
    response.setContentType("application/json");
    JSON.writeValue(response.getOutputStream(), answers);
  }

  private ObjectNode answer(JsonNode envelope, JsonNode command) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      ObjectNode body = carryOut(envelope, command);
      answer.put("status", 200);
      if (body != null) {
        answer.set("body", body);
      }
    } catch (Refusal refusal) {
      answer.put("status", refusal.status()).putObject("body").put("type", refusal.type())
          .put("message", refusal.getMessage());
    } catch (DuplicateStartException duplicate) {
      // Tells the sender of the start intent that its earlier attempt did arrive, so that it can go on.
      answer.put("status", 409).putObject("body").put("type", "DuplicateStart").put("message", duplicate.getMessage());
    } catch (RuntimeException failure) {
      answer.put("status", statusOf(failure))
          .set("body", JSON.valueToTree(ExceptionHandlerHelper.getInstance().fromException(failure)));
    }
    return answer;
  }

  /** The REST resources turn this one exception into a 404 themselves; all others go the helper's way. */
  private static int statusOf(RuntimeException failure) {
    return failure instanceof NotFoundException ? 404
        : ExceptionHandlerHelper.getInstance().getStatus(failure).getStatusCode();
  }

  /** @throws Refusal when the command lacks the text */
  static String text(JsonNode command, String key) throws Refusal {
    JsonNode value = command.path(key);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new Refusal(400, "BadRequest", "A command needs the text '" + key + "'.");
    }
    return value.textValue();
  }

  /** The variables of a command: names to scalars and nothing else, so that no text becomes an object or code. */
  static Map<String, Object> variables(JsonNode command) throws Refusal {
    Map<String, Object> variables = new HashMap<>();
    for (Map.Entry<String, JsonNode> variable : command.path("variables").properties()) {
      variables.put(variable.getKey(), scalar(variable.getValue()));
    }
    return variables;
  }

  private static Object scalar(JsonNode value) throws Refusal {
    return switch (value.getNodeType()) {
      case BOOLEAN -> value.booleanValue();
      case STRING -> value.textValue();
      case NULL -> null;
      case NUMBER -> value.isInt() || value.isLong() ? value.numberValue() : (Object) value.doubleValue();
      default -> throw new Refusal(400, "BadRequest", "A variable must be a text, a number, a boolean or null.");
    };
  }
}
