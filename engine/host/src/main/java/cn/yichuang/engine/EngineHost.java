package cn.yichuang.engine;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The composition root. The exit codes follow sysexits.h, so that a supervisor can tell "fix the settings"
 * (78) from "wait for a neighbour" (69) and "look at the log" (70).
 */
@SpringBootApplication
public class EngineHost {

  static final int EXIT_UNAVAILABLE = 69;
  static final int EXIT_SOFTWARE = 70;
  static final int EXIT_CONFIG = 78;

  public static void main(String[] args) {
    try {
      HostConfig config = HostConfig.read(System.getenv());
      try (StartCheck check = StartCheck.pass(config)) {
        start(config);
      }
      System.out.println("engine-host ready on http://" + config.host() + ":" + config.port() + " ("
          + Product.name() + " " + Product.version() + ")");
    } catch (HostConfig.Faults faults) {
      faults.list().forEach(EngineHost::complain);
      System.exit(EXIT_CONFIG);
    } catch (StartCheck.StartFault fault) {
      complain(fault.getMessage());
      System.exit(EXIT_UNAVAILABLE);
    } catch (RuntimeException failure) {
      complain("The engine did not start: " + rootOf(failure));
      System.exit(EXIT_SOFTWARE);
    }
  }

  static ConfigurableApplicationContext start(HostConfig config) {
    // The engine validates BPMN against its bundled XSDs before any of our code sees the diagram; without this
    // line a schemaLocation in a diagram would make the host fetch a URL of the author's choice.
    System.setProperty("javax.xml.accessExternalSchema", "file,jar,nested,jar:file,jar:nested");
    System.setProperty("javax.xml.accessExternalDTD", "");
    SpringApplication application = new SpringApplication(EngineHost.class);
    application.addInitializers(context -> {
      context.getEnvironment().getPropertySources().addFirst(
          new MapPropertySource("hostConfig", springProperties(config)));
      context.getBeanFactory().registerSingleton("hostConfig", config);
    });
    return application.run();
  }

  /** The operator's settings in Spring's words; they outrank any variable Spring itself would read. */
  private static Map<String, Object> springProperties(HostConfig config) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("server.port", config.port());
    properties.put("server.address", config.host());
    properties.put("spring.datasource.url", config.database().jdbcUrl(config.schema()));
    properties.put("spring.datasource.username", config.database().user());
    properties.put("spring.datasource.password", config.database().password());
    properties.put("spring.datasource.hikari.maximum-pool-size", config.poolSize());
    return properties;
  }

  /** Spring wraps a cause five times; only the innermost says what to do. */
  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static void complain(String sentence) {
    System.err.println("engine-host: " + sentence);
  }
}
