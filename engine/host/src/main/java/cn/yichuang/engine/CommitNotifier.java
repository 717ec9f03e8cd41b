package cn.yichuang.engine;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Says NOTIFY engine_event after commits, so that projectors and the other engine nodes wake up.
 *
 * <p>It uses its own connection after the commit, not the engine's transaction: a NOTIFY inside makes every
 * commit of the database queue for one lock. Many commits at once become one NOTIFY. A crash between commit
 * and NOTIFY loses only the wake-up, never the event; readers therefore also look every few seconds.
 */
@Component
class CommitNotifier implements SmartLifecycle, Runnable {

  static final String CHANNEL = "engine_event";
  /** Payload when external tasks were created; other nodes need not look otherwise. */
  static final String EXTERNAL = "external";

  private static final Logger LOG = LoggerFactory.getLogger(CommitNotifier.class);

  private final SideConnection side;
  private volatile boolean running;
  private volatile boolean pending;
  private volatile boolean pendingExternal;
  private volatile int backendPid;
  private Thread thread;

  CommitNotifier(HostConfig config) {
    this.side = new SideConnection(config);
  }

  /** Called by committing threads; costs two volatile writes when a NOTIFY is under way already. */
  void committed(boolean createdExternalTasks) {
    if (createdExternalTasks) {
      pendingExternal = true;
    }
    pending = true;
    LockSupport.unpark(thread);
  }

  /** The session that notifies; the listener of the same node ignores it, since it has been told already. */
  int backendPid() {
    return backendPid;
  }

  @Override
  public void run() {
    while (running) {
      try (Connection connection = side.open(); Statement statement = connection.createStatement()) {
        backendPid = connection.unwrap(PGConnection.class).getBackendPID();
        side.worked();
        while (running) {
          notifyWhenPending(statement);
        }
      } catch (SQLException e) {
        LOG.warn("NOTIFY failed, waking others is paused: {}", e.getMessage());
        side.pause();
      }
    }
  }

  private void notifyWhenPending(Statement statement) throws SQLException {
    if (!pending) {
      LockSupport.park(this);
      return;
    }
    // Cleared before sending: a commit that arrives meanwhile sets them again and gets its own NOTIFY.
    pending = false;
    boolean external = pendingExternal;
    pendingExternal = false;
    try {
      statement.execute(external ? "notify " + CHANNEL + ", '" + EXTERNAL + "'" : "notify " + CHANNEL);
    } catch (SQLException e) {
      pendingExternal |= external;
      pending = true;
      throw e;
    }
  }

  @Override
  public void start() {
    running = true;
    thread = new Thread(this, "commit-notifier");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void stop() {
    running = false;
    LockSupport.unpark(thread);
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** First to start and last to stop: everything else may commit. */
  @Override
  public int getPhase() {
    return Integer.MIN_VALUE;
  }
}
