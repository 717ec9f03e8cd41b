package cn.yichuang.engine;

import java.util.ArrayList;
import java.util.List;
import org.camunda.bpm.engine.ProcessEngineConfiguration;
import org.camunda.bpm.engine.impl.cfg.AbstractProcessEnginePlugin;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.history.HistoryLevel;
import org.camunda.bpm.engine.impl.history.handler.HistoryEventHandler;
import org.camunda.bpm.engine.impl.jobexecutor.JobExecutor;
import org.camunda.bpm.engine.impl.persistence.deploy.Deployer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * How our engine differs from the stock one, in one place. It runs after the starter's own plugins, so what is
 * set here is what counts.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE)
class EngineSettings extends AbstractProcessEnginePlugin {

  /** Parsed definitions kept in memory; the default of 1000 is evicted by 968 items in two versions each. */
  private static final int CACHED_DEFINITIONS = 4000;

  /** No query of the REST layer returns more rows than this; a list of everything is a denial of service. */
  static final int MAX_RESULTS = 500;

  /** Five attempts in about twenty minutes, then an incident that operators see. */
  private static final String JOB_RETRIES = "PT10S,PT1M,PT5M,PT15M";

  private final HostConfig config;
  private final EventOutbox outbox;

  EngineSettings(HostConfig config, EventOutbox outbox) {
    this.config = config;
    this.outbox = outbox;
  }

  @Override
  public void preInit(ProcessEngineConfigurationImpl engine) {
    keepOurOwnHistory(engine);
    leaveOutWhatWeDoNotUse(engine);
    lockDown(engine);
    installDeployGate(engine);
    KnownAnswers.install(engine);
    tune(engine);
  }

  @Override
  public void postInit(ProcessEngineConfigurationImpl engine) {
    engine.setDeploymentCache(new KeptDefinitions(engine.getDeployers(), CACHED_DEFINITIONS));
  }

  /** The engine's own history tables stay empty: our outbox is the history, and costs a quarter of theirs. */
  private void keepOurOwnHistory(ProcessEngineConfigurationImpl engine) {
    List<HistoryLevel> levels = new ArrayList<>(List.of(new EventLevel()));
    List<HistoryEventHandler> handlers = new ArrayList<>(List.of(outbox));
    engine.setCustomHistoryLevels(levels);
    engine.setHistory(EventLevel.NAME);
    engine.setEnableDefaultDbHistoryEventHandler(false);
    engine.setCustomHistoryEventHandlers(handlers);
    engine.setHistoryEventProducer(new KeptDefinitions.Storyteller());
    engine.setHistoryCleanupEnabled(false);
    // Otherwise each end of a case dates the rows of a dozen empty history tables, a statement each.
    engine.setHistoryRemovalTimeStrategy(ProcessEngineConfiguration.HISTORY_REMOVAL_TIME_STRATEGY_NONE);
    engine.setHistoryCleanupStrategy(ProcessEngineConfiguration.HISTORY_CLEANUP_STRATEGY_END_TIME_BASED);
  }

  /** Each of these costs joins, tables scanned or a background thread (engine.md section 4, lever 7). */
  private static void leaveOutWhatWeDoNotUse(ProcessEngineConfigurationImpl engine) {
    engine.setCmmnEnabled(false);
    engine.setStandaloneTasksEnabled(false);
    engine.setMetricsEnabled(false);
    engine.setTaskMetricsEnabled(false);
    engine.setDbMetricsReporterActivate(false);
    // No users and no tenants: the guard stands before the engine. Its own checkers ask nothing then, yet each loads
    // the instance again for every completion.
    engine.setCommandCheckers(new ArrayList<>());
  }

  /** No text that reaches the engine may become code (engine.md section 5). */
  private static void lockDown(ProcessEngineConfigurationImpl engine) {
    engine.setExpressionManager(new ScalarExpressionManager());
    engine.setScriptEngineResolver(new NoScripts());
    engine.setEnableScriptCompilation(false);
    engine.setEnableFetchScriptEngineFromProcessApplication(false);
    engine.setAutoStoreScriptVariables(false);
    engine.setEnableExpressionsInAdhocQueries(false);
    engine.setEnableExpressionsInStoredQueries(false);
    engine.setEnableXxeProcessing(false);
    engine.setJavaSerializationFormatEnabled(false);
    engine.setDeserializationTypeValidationEnabled(true);
    engine.setDmnFeelEnableLegacyBehavior(false);
    engine.setQueryMaxResultsLimit(MAX_RESULTS);
    engine.setEnforceHistoryTimeToLive(true);
    engine.setSkipIsolationLevelCheck(false);
  }

  private static void installDeployGate(ProcessEngineConfigurationImpl engine) {
    List<Deployer> first = new ArrayList<>();
    if (engine.getCustomPreDeployers() != null) {
      first.addAll(engine.getCustomPreDeployers());
    }
    first.add(new ResourceGate());
    engine.setCustomPreDeployers(first);
    engine.setBpmnParseFactory(GatedBpmnParse::new);
  }

  private void tune(ProcessEngineConfigurationImpl engine) {
    // Both are needed: the schema for looking tables up in the catalogue (public may hold tables of the same
    // name), the prefix because the engine insists on it. The DDL falls into place by the search path.
    engine.setDatabaseSchema(config.schema());
    engine.setDatabaseTablePrefix(config.schema() + ".");
    engine.setDatabaseSchemaUpdate("true");
    engine.setFailedJobRetryTimeCycle(JOB_RETRIES);
    JobExecutor jobs = engine.getJobExecutor();
    jobs.setWaitTimeInMillis(Math.min(1_000, config.jobWaitMs()));
    jobs.setMaxWait(config.jobWaitMs());
    jobs.setLockTimeInMillis(config.jobLockMs());
  }
}
