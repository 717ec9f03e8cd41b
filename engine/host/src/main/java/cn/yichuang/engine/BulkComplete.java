package cn.yichuang.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.camunda.bpm.engine.ExternalTaskService;

/**
 * Completes external tasks for the workers: {@code {workerId, tasks: [{id, variables: {name: scalar}}]}}. The engine
 * checks the worker id of each lock as it does for a single completion.
 */
final class BulkComplete extends BulkDoor {

  static final String PATH = "/engine-rest/bulk/external-task/complete";

  private static final long serialVersionUID = 1L;

  private final transient ExternalTaskService externalTasks;

  BulkComplete(ExternalTaskService externalTasks) {
    super("tasks");
    this.externalTasks = externalTasks;
  }

  @Override
  ObjectNode carryOut(JsonNode envelope, JsonNode task) throws Refusal {
    externalTasks.complete(text(task, "id"), text(envelope, "workerId"), variables(task));
    return null;
  }
}
