package cn.yichuang.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Date;
import org.camunda.bpm.engine.impl.history.event.HistoricActivityInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricExternalTaskLogEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricIncidentEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricProcessInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricTaskInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoryEvent;
import org.camunda.bpm.engine.impl.persistence.entity.TaskEntity;
import org.camunda.bpm.engine.impl.util.ClockUtil;

/**
 * The words of the outbox: one engine event as one JSON object. The shapes are listed in engine/host/README.md
 * and read by workers/projection. Absent values are left out, times are epoch milliseconds.
 */
final class EventJson {

  private EventJson() {}

  /** @return the event, or null when it is one nobody reads */
  static ObjectNode of(HistoryEvent event) {
    if (event instanceof HistoricProcessInstanceEventEntity instance) {
      return instance(instance);
    }
    if (event instanceof HistoricTaskInstanceEventEntity task) {
      return task(task);
    }
    if (event instanceof HistoricActivityInstanceEventEntity activity) {
      return EventLevel.WAITS.contains(String.valueOf(activity.getActivityType())) ? wait(activity) : null;
    }
    if (event instanceof HistoricIncidentEventEntity incident) {
      return incident(incident);
    }
    if (event instanceof HistoricExternalTaskLogEntity log && log.isFailureLog()) {
      return externalFailure(log);
    }
    return null;
  }

  private static ObjectNode instance(HistoricProcessInstanceEventEntity event) {
    ObjectNode json = json("instance." + event.getEventType(), event);
    put(json, "bk", event.getBusinessKey());
    put(json, "key", event.getProcessDefinitionKey());
    put(json, "pd", event.getProcessDefinitionId());
    if (event.getProcessDefinitionVersion() != null) {
      json.put("version", event.getProcessDefinitionVersion());
    }
    put(json, "superPi", event.getSuperProcessInstanceId());
    put(json, "rootPi", event.getRootProcessInstanceId());
    put(json, "state", event.getState());
    put(json, "reason", event.getDeleteReason());
    at(json, "start".equals(event.getEventType()) ? event.getStartTime() : event.getEndTime());
    put(json, "endAct", event.getEndActivityId());
    return json;
  }

  private static ObjectNode task(HistoricTaskInstanceEventEntity event) {
    // The engine calls a task that was cancelled "complete" too, and tells them apart by the reason only.
    boolean deleted = "complete".equals(event.getEventType())
        && !TaskEntity.DELETE_REASON_COMPLETED.equals(event.getDeleteReason());
    ObjectNode json = json("task." + (deleted ? "delete" : event.getEventType()), event);
    put(json, "task", event.getTaskId());
    put(json, "act", event.getTaskDefinitionKey());
    put(json, "name", event.getName());
    put(json, "assignee", event.getAssignee());
    if (event.getDueDate() != null) {
      json.put("due", event.getDueDate().getTime());
    }
    at(json, "create".equals(event.getEventType()) ? event.getStartTime() : event.getEndTime());
    put(json, "reason", event.getDeleteReason());
    put(json, "ai", event.getActivityInstanceId());
    return json;
  }

  private static ObjectNode wait(HistoricActivityInstanceEventEntity event) {
    ObjectNode json = json("wait." + event.getEventType(), event);
    put(json, "act", event.getActivityId());
    put(json, "name", event.getActivityName());
    put(json, "type", event.getActivityType());
    put(json, "ai", event.getActivityInstanceId());
    put(json, "ex", event.getExecutionId());
    put(json, "called", event.getCalledProcessInstanceId());
    if (event.isCanceled()) {
      json.put("canceled", true);
    }
    at(json, "start".equals(event.getEventType()) ? event.getStartTime() : event.getEndTime());
    return json;
  }

  private static ObjectNode incident(HistoricIncidentEventEntity event) {
    ObjectNode json = json("incident." + event.getEventType(), event);
    put(json, "incident", event.getId());
    put(json, "type", event.getIncidentType());
    put(json, "act", event.getActivityId());
    put(json, "configuration", event.getConfiguration());
    put(json, "message", event.getIncidentMessage());
    at(json, "create".equals(event.getEventType()) ? event.getCreateTime() : event.getEndTime());
    return json;
  }

  /** Without {@code retries}: the engine sets them after the event, and {@link EventBuffer} before the commit. */
  private static ObjectNode externalFailure(HistoricExternalTaskLogEntity event) {
    ObjectNode json = json("external.fail", event);
    put(json, "ext", event.getExternalTaskId());
    put(json, "topic", event.getTopicName());
    put(json, "act", event.getActivityId());
    put(json, "worker", event.getWorkerId());
    put(json, "error", event.getErrorMessage());
    return json;
  }

  private static ObjectNode json(String kind, HistoryEvent event) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("k", kind);
    put(json, "pi", event.getProcessInstanceId());
    json.put("seq", event.getSequenceCounter());
    return json;
  }

  private static void at(ObjectNode json, Date time) {
    json.put("at", (time == null ? ClockUtil.getCurrentTime() : time).getTime());
  }

  /** PostgreSQL's jsonb has no U+0000; one in a worker's error text must not make the failure unreportable. */
  private static void put(ObjectNode json, String key, String value) {
    if (value != null) {
      json.put(key, value.indexOf('\0') < 0 ? value : value.replace("\0", ""));
    }
  }
}
