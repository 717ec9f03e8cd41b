package cn.yichuang.engine;

import org.camunda.bpm.engine.rest.impl.FetchAndLockContextListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Sends waiting long polls home before the web server begins its graceful shutdown, which would otherwise sit
 * out their 20-30 s.
 */
@Component
class LongPollShutdown implements SmartLifecycle {

  private final FetchAndLockContextListener longPolls;
  private volatile boolean running;

  LongPollShutdown(FetchAndLockContextListener longPolls) {
    this.longPolls = longPolls;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    longPolls.contextDestroyed(null);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Stopped before the web server, which stops at DEFAULT_PHASE - 1024. */
  @Override
  public int getPhase() {
    return SmartLifecycle.DEFAULT_PHASE;
  }
}
