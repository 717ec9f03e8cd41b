package cn.yichuang.engine;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * GET /healthz without a token: 200 when a pooled connection answers, else 503. The servlet exists only once
 * the engine has been built, so an answer at all says that the engine is up.
 */
final class Health extends HttpServlet {

  static final String PATH = "/healthz";

  private static final long serialVersionUID = 1L;
  private static final int ANSWER_WITHIN_S = 3;

  private final transient DataSource database;

  Health(DataSource database) {
    this.database = database;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
    boolean up = databaseAnswers();
    response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    response.setContentType("application/json");
    response.getWriter().write("{\"status\":\"" + (up ? "up" : "down") + "\",\"product\":\"" + Product.name()
        + "\",\"version\":\"" + Product.version() + "\"}");
  }

  private boolean databaseAnswers() {
    try (Connection connection = database.getConnection(); Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(ANSWER_WITHIN_S);
      return statement.execute("select 1");
    } catch (SQLException e) {
      return false;
    }
  }
}
