package cn.yichuang.stock;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The stock engine with all of its defaults (history "full", default pools and job executor, no authentication).
 * Only where it listens and stores is given, in the same words as for our host: PORT and DATABASE_URL
 * ({@code postgresql://user:password@host:port/database}).
 */
@SpringBootApplication
public class StockEngine {

  public static void main(String[] args) {
    URI database = URI.create(required("DATABASE_URL"));
    String[] login = database.getRawUserInfo().split(":", 2);
    SpringApplication application = new SpringApplication(StockEngine.class);
    application.setDefaultProperties(Map.of(
        "server.address", "127.0.0.1",
        "server.port", required("PORT"),
        "spring.datasource.url", "jdbc:postgresql://" + database.getHost() + ":" + database.getPort() + database.getPath(),
        "spring.datasource.username", decode(login[0]),
        "spring.datasource.password", login.length > 1 ? decode(login[1]) : ""));
    application.run(args);
  }

  private static String required(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      System.err.println("stock-engine: " + name + " is missing.");
      System.exit(78);
    }
    return value;
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
