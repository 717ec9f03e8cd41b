package cn.yichuang.engine;

import java.util.Set;
import org.camunda.bpm.engine.impl.history.HistoryLevel;
import org.camunda.bpm.engine.impl.history.event.HistoryEventType;
import org.camunda.bpm.engine.impl.history.event.HistoryEventTypes;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;

/**
 * Which events the engine produces at all: only those the projection reads. An event that is never built costs
 * nothing, and variable values are not among them, so no variable leaves the engine through the outbox.
 */
final class EventLevel implements HistoryLevel {

  static final String NAME = "outbox";

  /** Stored by the engine in its property table to notice a changed level; any number it does not use itself. */
  private static final int ID = 77;

  /** Activities in which a token rests; all others pass within one transaction and interest nobody. */
  static final Set<String> WAITS = Set.of("userTask", "serviceTask", "receiveTask", "callActivity",
      "intermediateTimer", "intermediateMessageCatch", "eventBasedGateway");

  @Override
  public int getId() {
    return ID;
  }

  @Override
  public String getName() {
    return NAME;
  }

  @Override
  public boolean isHistoryEventProduced(HistoryEventType type, Object entity) {
    if (!(type instanceof HistoryEventTypes known)) {
      return false;
    }
    return switch (known) {
      case PROCESS_INSTANCE_START, PROCESS_INSTANCE_END, PROCESS_INSTANCE_MIGRATE,
          TASK_INSTANCE_CREATE, TASK_INSTANCE_UPDATE, TASK_INSTANCE_COMPLETE, TASK_INSTANCE_DELETE,
          TASK_INSTANCE_MIGRATE, INCIDENT_CREATE, INCIDENT_RESOLVE, INCIDENT_DELETE, EXTERNAL_TASK_FAIL,
          ACTIVITY_INSTANCE_MIGRATE -> true;
      case ACTIVITY_INSTANCE_START, ACTIVITY_INSTANCE_END -> isWait(entity, WAITS);
      // The only thing learned later than the start: which instance a call activity has called.
      case ACTIVITY_INSTANCE_UPDATE -> isWait(entity, Set.of("callActivity"));
      default -> false;
    };
  }

  /** At parse time the engine asks without an entity whether such events exist at all: yes. */
  private static boolean isWait(Object entity, Set<String> types) {
    if (entity instanceof ExecutionEntity execution && execution.getActivity() != null) {
      return types.contains(String.valueOf(execution.getActivity().getProperty("type")));
    }
    return true;
  }
}
