package cn.yichuang.engine;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A long-lived connection beside the pool (LISTEN and NOTIFY would hold a pooled one for ever), with the pause
 * to make before the next attempt: doubling from 0.5 s to 15 s, with jitter so that nodes do not return in step.
 */
final class SideConnection {

  private static final long FIRST_PAUSE_MS = 500;
  private static final long LONGEST_PAUSE_MS = 15_000;

  private final HostConfig config;
  private long pauseMs = FIRST_PAUSE_MS;

  SideConnection(HostConfig config) {
    this.config = config;
  }

  Connection open() throws SQLException {
    return DriverManager.getConnection(config.database().jdbcUrl(config.schema()), config.database().user(),
        config.database().password());
  }

  void worked() {
    pauseMs = FIRST_PAUSE_MS;
  }

  void pause() {
    long jittered = pauseMs / 2 + ThreadLocalRandom.current().nextLong(pauseMs / 2 + 1);
    LockSupport.parkNanos(jittered * 1_000_000);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
