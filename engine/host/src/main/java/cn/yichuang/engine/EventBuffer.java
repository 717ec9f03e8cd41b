package cn.yichuang.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.history.event.HistoricActivityInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricExternalTaskLogEntity;
import org.camunda.bpm.engine.impl.history.event.HistoricProcessInstanceEventEntity;
import org.camunda.bpm.engine.impl.history.event.HistoryEvent;
import org.camunda.bpm.engine.impl.persistence.entity.ExternalTaskEntity;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The events of one transaction. They are copied the moment they arrive, because the engine goes on changing
 * the same objects within the command, and leave as one row per process instance: measured, one row per
 * transaction costs nothing visible while one insert per event costs 3-5 ms of CPU per case.
 */
final class EventBuffer implements TransactionSynchronization {

  private static final String INSERT_EVENTS =
      "insert into engine_event (process_instance_id, events) values (?, ?::jsonb)";
  private static final String INSERT_START =
      "insert into engine_start (business_key, process_instance_id) values (?, ?)";

  private final Object key;
  private final JdbcTemplate jdbc;
  private final CommitNotifier notifier;

  /** Process instance id to its events, both in order of arrival. */
  private final Map<String, ArrayNode> events = new LinkedHashMap<>();
  /** Business key to process instance id of the root instances started here. */
  private final Map<String, String> starts = new LinkedHashMap<>();
  /** Failure events and the task each is about, whose retries are known only at the end of the command. */
  private final Map<ObjectNode, ExternalTaskEntity> failures = new IdentityHashMap<>();
  private boolean createdExternalTasks;

  EventBuffer(Object key, JdbcTemplate jdbc, CommitNotifier notifier) {
    this.key = key;
    this.jdbc = jdbc;
    this.notifier = notifier;
  }

  void add(HistoryEvent event) {
    if (event instanceof HistoricActivityInstanceEventEntity activity && "update".equals(event.getEventType())) {
      rememberCalled(activity);
      return;
    }
    ObjectNode json = EventJson.of(event);
    if (json == null) {
      return;
    }
    events.computeIfAbsent(event.getProcessInstanceId(), id -> JsonNodeFactory.instance.arrayNode()).add(json);
    if (event instanceof HistoricProcessInstanceEventEntity instance && isRootStart(instance)) {
      String other = starts.put(instance.getBusinessKey(), instance.getProcessInstanceId());
      if (other != null) {
        throw new DuplicateStartException(instance.getBusinessKey(), null);
      }
    }
    if (event instanceof HistoricExternalTaskLogEntity log) {
      // From the session's cache: the command is working on this very object.
      failures.put(json, Context.getCommandContext().getExternalTaskManager()
          .findExternalTaskById(log.getExternalTaskId()));
    }
    createdExternalTasks |= event instanceof HistoricActivityInstanceEventEntity activity
        && "start".equals(event.getEventType()) && "serviceTask".equals(activity.getActivityType());
  }

  private static boolean isRootStart(HistoricProcessInstanceEventEntity event) {
    return "start".equals(event.getEventType()) && event.getBusinessKey() != null
        && event.getSuperProcessInstanceId() == null;
  }

  /** A call activity starts before its child exists; the id follows in the same transaction. */
  private void rememberCalled(HistoricActivityInstanceEventEntity update) {
    ArrayNode known = events.get(update.getProcessInstanceId());
    if (known == null || update.getCalledProcessInstanceId() == null) {
      return;
    }
    known.forEach(json -> {
      if ("wait.start".equals(json.path("k").asText())
          && update.getActivityInstanceId().equals(json.path("ai").asText())) {
        ((ObjectNode) json).put("called", update.getCalledProcessInstanceId());
      }
    });
  }

  /** The engine has flushed by now; a fault here rolls its work back together with ours. */
  @Override
  public void beforeCommit(boolean readOnly) {
    starts.forEach((businessKey, processInstanceId) -> {
      try {
        jdbc.update(INSERT_START, businessKey, processInstanceId);
      } catch (DuplicateKeyException e) {
        throw new DuplicateStartException(businessKey, e);
      }
    });
    failures.forEach((json, task) -> json.put("retries", task.getRetries()));
    events.forEach((processInstanceId, json) -> jdbc.update(INSERT_EVENTS, processInstanceId, json.toString()));
  }

  @Override
  public void afterCommit() {
    if (!events.isEmpty()) {
      notifier.committed(createdExternalTasks);
    }
  }

  @Override
  public void suspend() {
    TransactionSynchronizationManager.unbindResource(key);
  }

  @Override
  public void resume() {
    TransactionSynchronizationManager.bindResource(key, this);
  }

  @Override
  public void beforeCompletion() {
    TransactionSynchronizationManager.unbindResourceIfPossible(key);
  }
}
