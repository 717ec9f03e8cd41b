package cn.yichuang.engine;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import org.camunda.bpm.engine.impl.ProcessEngineImpl;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Wakes this node's long polls when another node has created external tasks. The engine's own signal stays
 * within one JVM; without this, a worker that polls node A sees a task of node B up to 30 s late.
 *
 * <p>Also wakes them every two seconds without a reason: a failed task whose retry time has come, or one whose
 * lock has run out, gives no signal at all, and the engine can lose a signal that arrives while it is fetching.
 */
@Component
class PeerListener implements SmartLifecycle, Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(PeerListener.class);
  private static final int HEARTBEAT_MS = 2_000;
  /** A burst of commits on the other node becomes at most 50 wake-ups a second here. */
  private static final long COALESCE_NANOS = 20_000_000;

  private final SideConnection side;
  private final CommitNotifier own;
  private volatile boolean running;
  private volatile Connection current;

  PeerListener(HostConfig config, CommitNotifier own) {
    this.side = new SideConnection(config);
    this.own = own;
  }

  @Override
  public void run() {
    while (running) {
      try (Connection connection = side.open(); Statement statement = connection.createStatement()) {
        current = connection;
        statement.execute("listen " + CommitNotifier.CHANNEL);
        side.worked();
        // Whatever was notified while nobody listened.
        ProcessEngineImpl.EXT_TASK_CONDITIONS.signalAll();
        listen(connection.unwrap(PGConnection.class), statement);
      } catch (SQLException e) {
        if (running) {
          LOG.warn("LISTEN failed, tasks of other nodes are seen late: {}", e.getMessage());
          side.pause();
        }
      }
    }
  }

  private void listen(PGConnection connection, Statement statement) throws SQLException {
    while (running) {
      PGNotification[] notifications = connection.getNotifications(HEARTBEAT_MS);
      if (notifications == null || notifications.length == 0) {
        // Also notices a connection that died silently.
        statement.execute("select 1");
        ProcessEngineImpl.EXT_TASK_CONDITIONS.signalAll();
      } else if (concernsUs(notifications)) {
        ProcessEngineImpl.EXT_TASK_CONDITIONS.signalAll();
        LockSupport.parkNanos(COALESCE_NANOS);
      }
    }
  }

  private boolean concernsUs(PGNotification[] notifications) {
    for (PGNotification notification : notifications) {
      if (CommitNotifier.EXTERNAL.equals(notification.getParameter())
          && notification.getPID() != own.backendPid()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void start() {
    running = true;
    Thread thread = new Thread(this, "peer-listener");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void stop() {
    running = false;
    Connection open = current;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("closing the LISTEN connection failed", e);
      }
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }
}
