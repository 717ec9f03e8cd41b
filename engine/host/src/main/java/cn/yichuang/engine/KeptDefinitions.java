package cn.yichuang.engine;

import java.util.List;
import org.camunda.bpm.engine.impl.context.Context;
import org.camunda.bpm.engine.impl.history.producer.CacheAwareHistoryEventProducer;
import org.camunda.bpm.engine.impl.persistence.deploy.Deployer;
import org.camunda.bpm.engine.impl.persistence.deploy.cache.DefaultCacheFactory;
import org.camunda.bpm.engine.impl.persistence.deploy.cache.DeploymentCache;
import org.camunda.bpm.engine.impl.persistence.entity.ProcessDefinitionEntity;

/**
 * A process definition once parsed is answered from memory. The engine's own cache reads its row again in every
 * transaction, to learn whether the definition was suspended meanwhile; no door of ours suspends, changes or deletes one
 * (AllowList), and a new version is another definition. The newest version of a key is still asked of the database.
 */
final class KeptDefinitions extends DeploymentCache {

  /**
   * To be installed when the engine knows its deployers and has parsed nothing yet.
   *
   * @param capacity parsed definitions of a kind kept in memory
   */
  KeptDefinitions(List<Deployer> deployers, int capacity) {
    super(new DefaultCacheFactory(), capacity);
    setDeployers(deployers);
  }

  @Override
  public ProcessDefinitionEntity findDeployedProcessDefinitionById(String id) {
    ProcessDefinitionEntity kept = id == null ? null : findProcessDefinitionFromCache(id);
    return kept != null ? kept : super.findDeployedProcessDefinitionById(id);
  }

  /** What tells the story of a case names its definition too, past the engine's cache. */
  static final class Storyteller extends CacheAwareHistoryEventProducer {

    @Override
    protected ProcessDefinitionEntity getProcessDefinitionEntity(String id) {
      return id == null ? null
          : Context.getProcessEngineConfiguration().getDeploymentCache().findDeployedProcessDefinitionById(id);
    }
  }
}
