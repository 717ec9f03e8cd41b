package cn.yichuang.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Everything an operator can set, read once from the environment before anything starts. All faults are
 * collected, so that one start shows all of them.
 *
 * @param jobWaitMs the longest pause of the job executor when no job is due; bounds how late a timer can fire
 * @param jobLockMs how long the jobs of a killed node stay locked before another node takes them
 */
record HostConfig(int port, String host, DatabaseUrl database, String schema, String apiToken, String workerToken,
    int poolSize, int jobWaitMs, int jobLockMs) {

  /** Long enough that guessing is hopeless: 24 characters of base64 are 144 bits. */
  static final int MIN_TOKEN_LENGTH = 24;

  private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  /** All faults of one environment; each message is one sentence that names the variable. */
  static final class Faults extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<String> faults;

    Faults(List<String> faults) {
      super(String.join("\n", faults));
      this.faults = faults;
    }

    List<String> list() {
      return faults;
    }
  }

  static HostConfig read(Map<String, String> env) throws Faults {
    List<String> faults = new ArrayList<>();
    int port = number(env, "ENGINE_PORT", 8081, 1, 65535, faults);
    String host = text(env, "ENGINE_HOST", "127.0.0.1");
    DatabaseUrl database = database(env, faults);
    String schema = text(env, "ENGINE_SCHEMA", "engine");
    if (!SCHEMA.matcher(schema).matches()) {
      faults.add("ENGINE_SCHEMA must be a lower-case PostgreSQL name (letters, digits, underscore).");
    }
    String apiToken = token(env, "ENGINE_API_TOKEN", faults);
    String workerToken = token(env, "ENGINE_WORKER_TOKEN", faults);
    if (apiToken != null && apiToken.equals(workerToken)) {
      faults.add("ENGINE_API_TOKEN and ENGINE_WORKER_TOKEN must differ, because they open different doors.");
    }
    int poolSize = number(env, "ENGINE_POOL_SIZE", 10, 2, 200, faults);
    int jobWaitMs = number(env, "ENGINE_JOB_WAIT_MS", 5_000, 100, 60_000, faults);
    int jobLockMs = number(env, "ENGINE_JOB_LOCK_MS", 60_000, 1_000, 3_600_000, faults);
    if (!faults.isEmpty()) {
      throw new Faults(faults);
    }
    return new HostConfig(port, host, database, schema, apiToken, workerToken, poolSize, jobWaitMs, jobLockMs);
  }

  private static String text(Map<String, String> env, String name, String fallback) {
    String value = env.get(name);
    return value == null || value.isBlank() ? fallback : value.trim();
  }

  private static int number(Map<String, String> env, String name, int fallback, int min, int max,
      List<String> faults) {
    String value = text(env, name, Integer.toString(fallback));
    if (value.matches("\\d{1,9}")) {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    }
    faults.add(name + " must be a whole number from " + min + " to " + max + ".");
    return fallback;
  }

  private static String token(Map<String, String> env, String name, List<String> faults) {
    String value = text(env, name, null);
    if (value == null) {
      faults.add(name + " is missing; give a random secret of at least " + MIN_TOKEN_LENGTH + " characters.");
    } else if (value.length() < MIN_TOKEN_LENGTH || !value.matches("[\\x21-\\x7e]+")) {
      faults.add(name + " must have at least " + MIN_TOKEN_LENGTH + " printable ASCII characters and no space.");
    }
    return value;
  }

  private static DatabaseUrl database(Map<String, String> env, List<String> faults) {
    String value = text(env, "ENGINE_DATABASE_URL", null);
    if (value == null) {
      faults.add("ENGINE_DATABASE_URL is missing; give postgresql://user:password@host:port/database.");
      return null;
    }
    try {
      return DatabaseUrl.parse(value);
    } catch (IllegalArgumentException e) {
      faults.add("ENGINE_DATABASE_URL cannot be read: " + e.getMessage() + ".");
      return null;
    }
  }

  /** Records print every component; this one must not print the tokens. */
  @Override
  public String toString() {
    return "HostConfig[" + host + ":" + port + ", " + database + ", schema " + schema + "]";
  }
}
