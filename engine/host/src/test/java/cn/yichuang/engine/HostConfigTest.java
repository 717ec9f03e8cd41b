package cn.yichuang.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostConfigTest {

  private static final String API = "a".repeat(24);
  private static final String WORKER = "w".repeat(24);

  @Test
  void reads_a_minimal_environment_with_its_defaults() throws Exception {
    HostConfig config = HostConfig.read(environment());
    assertThat(config.port()).isEqualTo(8081);
    assertThat(config.host()).isEqualTo("127.0.0.1");
    assertThat(config.schema()).isEqualTo("engine");
    assertThat(config.poolSize()).isEqualTo(10);
    assertThat(config.jobWaitMs()).isEqualTo(5_000);
    assertThat(config.jobLockMs()).isEqualTo(60_000);
  }

  @Test
  void names_every_fault_at_once() {
    HostConfig.Faults faults = catchThrowableOfType(HostConfig.Faults.class, () -> HostConfig.read(Map.of(
        "ENGINE_PORT", "70000", "ENGINE_SCHEMA", "Engine; drop", "ENGINE_API_TOKEN", "short", "ENGINE_POOL_SIZE", "ten")));
    assertThat(faults.list()).hasSize(6).allSatisfy(fault -> assertThat(fault).startsWith("ENGINE_").endsWith("."));
  }

  @Test
  void refuses_one_token_for_both_accounts() {
    Map<String, String> environment = environment();
    environment.put("ENGINE_WORKER_TOKEN", API);
    HostConfig.Faults faults =
        catchThrowableOfType(HostConfig.Faults.class, () -> HostConfig.read(environment));
    assertThat(faults.list()).singleElement().asString().contains("must differ");
  }

  @Test
  void decodes_user_and_password_of_the_database() {
    DatabaseUrl url = DatabaseUrl.parse("postgresql://en%40gine:p%2Fa+s%25s@db.example:6432/yi?sslmode=require");
    assertThat(url.user()).isEqualTo("en@gine");
    assertThat(url.password()).isEqualTo("p/a+s%s");
    assertThat(url.jdbcUrl("engine")).startsWith("jdbc:postgresql://db.example:6432/yi?")
        .contains("sslmode=require").endsWith("currentSchema=engine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mysql://u:secret-p@h/d", "postgresql://h/d", "postgresql://u:secret-p@h", "postgresql://u:secret p@h/d",
      "postgresql://u:secret-p@h/d?socketFactory=x", "postgresql://u:secret-p@h/d?sslmode=require&loggerFile=x"})
  void refuses_other_addresses_without_repeating_the_password(String url) {
    Map<String, String> environment = environment();
    environment.put("ENGINE_DATABASE_URL", url);
    HostConfig.Faults faults =
        catchThrowableOfType(HostConfig.Faults.class, () -> HostConfig.read(environment));
    assertThat(faults.list()).singleElement().asString().contains("ENGINE_DATABASE_URL").doesNotContain("secret");
  }

  @Test
  void never_prints_a_secret() throws Exception {
    assertThat(HostConfig.read(environment()).toString()).doesNotContain(API, WORKER, "secret");
  }

  private static Map<String, String> environment() {
    return new HashMap<>(Map.of("ENGINE_DATABASE_URL", "postgresql://u:secret@h:5432/d", "ENGINE_API_TOKEN", API,
        "ENGINE_WORKER_TOKEN", WORKER));
  }
}
