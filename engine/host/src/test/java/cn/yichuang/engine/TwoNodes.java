package cn.yichuang.engine;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Two real nodes on a real PostgreSQL, started for the first trial and stopped after the last. Trials run when
 * ENGINE_TEST_DATABASE_URL names a database in which a schema may be created and dropped; the plain build needs none.
 */
final class TwoNodes implements BeforeAllCallback, ExtensionContext.Store.CloseableResource {

  static final TwoNodes SHARED = new TwoNodes();

  private final String url = System.getenv("ENGINE_TEST_DATABASE_URL");
  private final String schema = "trial_" + ProcessHandle.current().pid();
  private Connection database;
  private Node here;
  private Node there;
  private String diagram;
  private String trial;

  private TwoNodes() {}

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (database == null) {
      // The root's store is closed, and with it this, when all tests have run.
      context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).put(TwoNodes.class, this);
      start();
    }
  }

  private void start() throws Exception {
    DatabaseUrl address = DatabaseUrl.parse(url);
    database = DriverManager.getConnection(address.jdbcUrl(schema), address.user(), address.password());
    diagram = Trial.resource("/trial.bpmn");
    execute("create schema " + schema);
    execute(Trial.resource("/engine-tables.sql"));
    // Together, because each must create Camunda's tables or wait for the other.
    ExecutorService starters = Executors.newFixedThreadPool(2);
    try {
      Future<Node> first = starters.submit(() -> Node.start(url, schema));
      Future<Node> second = starters.submit(() -> Node.start(url, schema));
      here = first.get();
      there = second.get();
    } finally {
      starters.shutdown();
    }
    trial = Trial.definitionOf(here.deploy("trial.bpmn", diagram));
  }

  @Override
  public void close() throws Exception {
    for (Node node : new Node[] {here, there}) {
      if (node != null) {
        node.close();
      }
    }
    if (database != null) {
      execute("drop schema if exists " + schema + " cascade");
      database.close();
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
  }

  Connection database() {
    return database;
  }

  String schema() {
    return schema;
  }

  Node here() {
    return here;
  }

  Node there() {
    return there;
  }

  /** The good diagram, trial.bpmn. */
  String diagram() {
    return diagram;
  }

  /** The definition deployed from it. */
  String trial() {
    return trial;
  }
}
