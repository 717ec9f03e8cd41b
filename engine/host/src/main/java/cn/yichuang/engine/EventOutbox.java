package cn.yichuang.engine;

import java.util.List;
import org.camunda.bpm.engine.impl.history.event.HistoryEvent;
import org.camunda.bpm.engine.impl.history.handler.HistoryEventHandler;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Writes what happened in the engine to {@code engine_event} in the engine's own transaction: either both the
 * token has moved and the event is there, or neither. Events are buffered per Spring transaction and written
 * just before its commit.
 */
@Component
class EventOutbox implements HistoryEventHandler {

  private final JdbcTemplate jdbc;
  private final CommitNotifier notifier;

  EventOutbox(JdbcTemplate jdbc, CommitNotifier notifier) {
    this.jdbc = jdbc;
    this.notifier = notifier;
  }

  @Override
  public void handleEvents(List<HistoryEvent> events) {
    events.forEach(this::handleEvent);
  }

  @Override
  public void handleEvent(HistoryEvent event) {
    if (event.getProcessInstanceId() != null) {
      buffer().add(event);
    }
  }

  private EventBuffer buffer() {
    EventBuffer buffer = (EventBuffer) TransactionSynchronizationManager.getResource(this);
    if (buffer == null) {
      buffer = new EventBuffer(this, jdbc, notifier);
      // Throws when there is no transaction: an event outside of one could be lost, so it must not happen.
      TransactionSynchronizationManager.registerSynchronization(buffer);
      TransactionSynchronizationManager.bindResource(this, buffer);
    }
    return buffer;
  }
}
