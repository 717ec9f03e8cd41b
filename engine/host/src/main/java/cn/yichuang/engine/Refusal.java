package cn.yichuang.engine;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;

/** A request that goes no further. The messages are fixed sentences: nothing of the request is repeated. */
final class Refusal extends Exception {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;

  Refusal(int status, String type, String message) {
    // No stack trace: refusals are ordinary and their place is known.
    super(message, null, false, false);
    this.status = status;
    this.type = type;
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  void writeTo(HttpServletResponse response) throws IOException {
    response.setStatus(status);
    response.setContentType("application/json");
    response.setCharacterEncoding("UTF-8");
    if (status == 401) {
      response.setHeader("WWW-Authenticate", "Bearer");
    }
    if (status == 413) {
      // The rest of the body is not read, so the connection cannot be used again.
      response.setHeader("Connection", "close");
    }
    PrintWriter out = response.getWriter();
    out.write("{\"type\":\"" + type + "\",\"message\":\"" + getMessage() + "\"}");
    out.flush();
  }
}
