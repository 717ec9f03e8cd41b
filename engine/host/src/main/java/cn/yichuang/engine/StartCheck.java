package cn.yichuang.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What a person can have forgotten is found before the engine starts and said in one sentence; the same
 * fault met later would be forty lines of stack trace.
 *
 * <p>The check's connection also holds an advisory lock until the engine is up: two nodes started together on
 * an empty schema would otherwise both try to create Camunda's tables.
 */
final class StartCheck implements AutoCloseable {

  /** The first server version with {@code xid8}, which the outbox needs to be read in commit order. */
  private static final int OLDEST_SERVER = 13;

  static final class StartFault extends Exception {
    private static final long serialVersionUID = 1L;

    StartFault(String sentence, Throwable cause) {
      super(sentence, cause);
    }
  }

  private final Connection connection;

  private StartCheck(Connection connection) {
    this.connection = connection;
  }

  static StartCheck pass(HostConfig config) throws StartFault {
    portIsFree(config);
    Connection connection;
    try {
      connection = DriverManager.getConnection(config.database().jdbcUrl(config.schema()),
          config.database().user(), config.database().password());
    } catch (SQLException e) {
      throw new StartFault("The database " + config.database().address() + " does not answer or refuses the login ("
          + firstLine(e) + "): check ENGINE_DATABASE_URL and that PostgreSQL is running.", e);
    }
    try {
      tablesExist(connection, config.schema());
      lock(connection, config.schema());
      return new StartCheck(connection);
    } catch (SQLException e) {
      closeQuietly(connection);
      throw new StartFault("The database " + config.database().address() + " failed during the start check ("
          + firstLine(e) + ").", e);
    } catch (StartFault e) {
      closeQuietly(connection);
      throw e;
    }
  }

  private static void portIsFree(HostConfig config) throws StartFault {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getByName(config.host()), config.port()));
    } catch (IOException e) {
      throw new StartFault("The address " + config.host() + ":" + config.port() + " cannot be used (" + e.getMessage()
          + "): stop the other program or set ENGINE_PORT / ENGINE_HOST.", e);
    }
  }

  private static void tablesExist(Connection connection, String schema) throws SQLException, StartFault {
    if (connection.getMetaData().getDatabaseMajorVersion() < OLDEST_SERVER) {
      throw new StartFault("The database must be PostgreSQL " + OLDEST_SERVER + " or newer.", null);
    }
    for (String table : new String[] {"engine_event", "engine_start"}) {
      try (PreparedStatement query = connection.prepareStatement("select to_regclass(?) is not null")) {
        query.setString(1, schema + "." + table);
        try (ResultSet answer = query.executeQuery()) {
          answer.next();
          if (!answer.getBoolean(1)) {
            throw new StartFault("The table " + schema + "." + table
                + " is missing: run the migrations first (npm run db:migrate).", null);
          }
        }
      }
    }
  }

  private static void lock(Connection connection, String schema) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(
        "select pg_advisory_lock(hashtextextended('engine-host start ' || ?, 0))")) {
      lock.setString(1, schema);
      lock.execute();
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no detail");
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // The start has failed already, for a reason worth more than this one.
    }
  }

  /** Ends the session and with it the start lock. */
  @Override
  public void close() {
    closeQuietly(connection);
  }
}
