package cn.yichuang.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.db.DbEntity;
import org.camunda.bpm.engine.impl.db.entitymanager.cache.DbEntityCache;
import org.camunda.bpm.engine.impl.db.entitymanager.cache.DbEntityState;
import org.camunda.bpm.engine.impl.incident.DefaultIncidentHandler;
import org.camunda.bpm.engine.impl.incident.IncidentContext;
import org.camunda.bpm.engine.impl.interceptor.Session;
import org.camunda.bpm.engine.impl.interceptor.SessionFactory;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ExecutionManager;
import org.camunda.bpm.engine.impl.persistence.entity.ExternalTaskEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ExternalTaskManager;
import org.camunda.bpm.engine.impl.persistence.entity.TaskEntity;
import org.camunda.bpm.engine.impl.persistence.entity.TaskManager;
import org.camunda.bpm.engine.impl.persistence.entity.VariableInstanceEntity;
import org.camunda.bpm.engine.impl.persistence.entity.VariableInstanceManager;
import org.camunda.bpm.engine.runtime.Incident;
import org.camunda.bpm.engine.task.Task;

/**
 * Look-ups the engine makes in nearly every transaction although their answer is known. Each class below overrides
 * one and says why it may; all else is the engine's. For definitions see {@link KeptDefinitions}; figures in
 * docs/decisions/0046-the-engine-does-not-ask-what-it-knows.md.
 *
 * <p>"The session" is the engine's first-level cache: the entities the running command has read or made.
 */
final class KnownAnswers {

  private KnownAnswers() {}

  static void install(ProcessEngineConfigurationImpl engine) {
    engine.setCustomSessionFactories(new ArrayList<>(List.of(
        new Factory(ExecutionManager.class, Executions::new),
        new Factory(ExternalTaskManager.class, ExternalTasks::new),
        new Factory(TaskManager.class, Tasks::new),
        new Factory(VariableInstanceManager.class, Variables::new))));
    engine.setCustomIncidentHandlers(new ArrayList<>(List.of(new ExternalTaskIncidents())));
  }

  private record Factory(Class<?> type, Supplier<Session> maker) implements SessionFactory {

    @Override
    public Class<?> getSessionType() {
      return type;
    }

    @Override
    public Session openSession() {
      return maker.get();
    }
  }

  /**
   * Whoever asks for the execution of a task asks for its whole instance next, so that is read at once. It is linked
   * as {@code ExecutionEntity.ensureExecutionTreeInitialized} does, and only once, since linking appends to lists.
   */
  private static final class Executions extends ExecutionManager {

    @Override
    public ExecutionEntity findExecutionById(String executionId) {
      DbEntityCache session = getDbEntityManager().getDbEntityCache();
      String instanceId = instanceOf(executionId, session);
      if (instanceId != null && session.get(ExecutionEntity.class, instanceId) == null) {
        readInstance(instanceId);
      }
      return super.findExecutionById(executionId);
    }

    /** Null when the session has read no task of this execution. */
    private static String instanceOf(String executionId, DbEntityCache session) {
      ExternalTaskEntity external =
          findRead(session, ExternalTaskEntity.class, ExternalTaskEntity::getExecutionId, executionId);
      if (external != null) {
        return external.getProcessInstanceId();
      }
      TaskEntity task = findRead(session, TaskEntity.class, TaskEntity::getExecutionId, executionId);
      return task == null ? null : task.getProcessInstanceId();
    }

    private void readInstance(String instanceId) {
      List<ExecutionEntity> executions = findExecutionsByProcessInstanceId(instanceId);
      for (ExecutionEntity execution : executions) {
        if (execution.isProcessInstanceExecution()) {
          execution.restoreProcessInstance(executions, null, null, null, null, null, null);
        }
      }
    }
  }

  /** A token rests in one activity, so its execution has one external task: the one the session has read is all. */
  private static final class ExternalTasks extends ExternalTaskManager {

    @Override
    public List<ExternalTaskEntity> findExternalTasksByExecutionId(String executionId) {
      ExternalTaskEntity read = findRead(getDbEntityManager().getDbEntityCache(), ExternalTaskEntity.class,
          ExternalTaskEntity::getExecutionId, executionId);
      return read == null ? super.findExternalTasksByExecutionId(executionId) : new ArrayList<>(List.of(read));
    }
  }

  /** The same for user tasks. And none has sub-tasks: with standalone tasks switched off the engine saves none. */
  private static final class Tasks extends TaskManager {

    @Override
    public List<TaskEntity> findTasksByExecutionId(String executionId) {
      TaskEntity read = findRead(getDbEntityManager().getDbEntityCache(), TaskEntity.class,
          TaskEntity::getExecutionId, executionId);
      return read == null ? super.findTasksByExecutionId(executionId) : new ArrayList<>(List.of(read));
    }

    @Override
    public List<Task> findTasksByParentTaskId(String parentTaskId) {
      return new ArrayList<>();
    }
  }

  /** No task has variables of its own: neither a door nor an element the deploy gate lets pass can give it one. */
  private static final class Variables extends VariableInstanceManager {

    @Override
    public List<VariableInstanceEntity> findVariableInstancesByTaskIdAndVariableNames(String taskId,
        Collection<String> variableNames) {
      return new ArrayList<>();
    }
  }

  /**
   * An external task with retries left has no incident: the engine makes one when the last retry is spent, and removes
   * it when the task is given new ones ({@code ExternalTaskEntity.setRetriesAndManageIncidents}).
   */
  private static final class ExternalTaskIncidents extends DefaultIncidentHandler {

    ExternalTaskIncidents() {
      super(Incident.EXTERNAL_TASK_HANDLER_TYPE);
    }

    @Override
    protected void removeIncident(IncidentContext context, boolean resolved) {
      // From the session: it is the task that is just being completed, deleted or given retries.
      ExternalTaskEntity task =
          Context.getCommandContext().getExternalTaskManager().findExternalTaskById(context.getConfiguration());
      if (task == null || !task.areRetriesLeft()) {
        super.removeIncident(context, resolved);
      }
    }
  }

  /** Only what was read counts; what the command itself has made is in no table yet. */
  private static <T extends DbEntity> T findRead(DbEntityCache session, Class<T> type, Function<T, String> property,
      String value) {
    for (T entity : session.getEntitiesByType(type)) {
      DbEntityState state = session.getCachedEntity(entity).getEntityState();
      if ((state == DbEntityState.PERSISTENT || state == DbEntityState.DELETED_PERSISTENT)
          && value.equals(property.apply(entity))) {
        return entity;
      }
    }
    return null;
  }
}
