package cn.yichuang.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.camunda.bpm.engine.RuntimeService;
import org.camunda.bpm.engine.TaskService;
import org.camunda.bpm.engine.runtime.ProcessInstance;

/**
 * The office's commands to its cases, {@code {commands: [...]}}, each one of
 *
 * <ul>
 *   <li>{@code {kind: "start", definitionId, businessKey, variables}}, answered with {@code {id}} of the instance
 *   <li>{@code {kind: "complete", taskId, variables}}
 *   <li>{@code {kind: "correlate", message, processInstanceId, variables}}
 * </ul>
 */
final class BulkCommand extends BulkDoor {

  static final String PATH = "/engine-rest/bulk/command";

  private static final long serialVersionUID = 1L;

  private final transient RuntimeService instances;
  private final transient TaskService tasks;

  BulkCommand(RuntimeService instances, TaskService tasks) {
    super("commands");
    this.instances = instances;
    this.tasks = tasks;
  }

  @Override
  ObjectNode carryOut(JsonNode envelope, JsonNode command) throws Refusal {
    switch (text(command, "kind")) {
      case "start" -> {
        ProcessInstance started = instances.createProcessInstanceById(text(command, "definitionId"))
            .businessKey(text(command, "businessKey")).setVariables(variables(command)).execute();
        return JsonNodeFactory.instance.objectNode().put("id", started.getId());
      }
      case "complete" -> tasks.complete(text(command, "taskId"), variables(command));
      case "correlate" -> instances.createMessageCorrelation(text(command, "message"))
          .processInstanceId(text(command, "processInstanceId")).setVariables(variables(command)).correlate();
      default -> throw new Refusal(400, "BadRequest", "The kind of a command is start, complete or correlate.");
    }
    return null;
  }
}
