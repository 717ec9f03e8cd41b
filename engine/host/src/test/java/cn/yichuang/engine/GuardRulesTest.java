package cn.yichuang.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GuardRulesTest {

  private static final String ID = "148dafe1-e791-11f1-bb24-02fc00000001";

  @ParameterizedTest
  @CsvSource({"POST,/external-task/fetchAndLock", "POST,/bulk/external-task/complete", "POST,/external-task/ID/failure",
      "POST,/external-task/ID/bpmnError", "POST,/external-task/ID/extendLock", "POST,/external-task/ID/unlock",
      "GET,/version"})
  void lets_the_worker_do_its_work_and_the_api_not(String method, String path) {
    String raw = "/engine-rest" + path.replace("ID", ID);
    assertThat(AllowList.find(AllowList.WORKER, method, raw)).isNotNull();
    assertThat(AllowList.find(AllowList.API, method, raw) != null).isEqualTo(path.equals("/version"));
  }

  @ParameterizedTest
  @CsvSource({"POST,/deployment/create", "GET,/process-definition", "GET,/process-definition/trial:1:ID",
      "GET,/process-definition/trial:1:ID/xml", "POST,/bulk/command",
      "GET,/process-instance", "GET,/process-instance/ID",
      "DELETE,/process-instance/ID", "POST,/process-instance/ID/variables", "GET,/process-instance/ID/activity-instances",
      "GET,/task", "GET,/task/ID", "POST,/task/ID/claim",
      "POST,/task/ID/unclaim", "GET,/external-task", "PUT,/external-task/ID/retries", "GET,/incident", "GET,/job",
      "PUT,/job/ID/retries", "PUT,/job/ID/duedate", "POST,/migration/generate", "POST,/migration/validate",
      "POST,/migration/execute"})
  void lets_the_api_do_its_work_and_the_worker_not(String method, String path) {
    String raw = "/engine-rest" + path.replace("ID", ID);
    assertThat(AllowList.find(AllowList.API, method, raw)).isNotNull();
    assertThat(AllowList.find(AllowList.WORKER, method, raw)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"POST,/engine-rest/task", "POST,/engine-rest/process-instance", "GET,/engine-rest/engine",
      "GET,/engine-rest/engine/default/task", "GET,/engine-rest/history/task", "POST,/engine-rest/user/create",
      "GET,/engine-rest/task/", "GET,/engine-rest//task", "GET,/engine-rest/./task", "GET,/engine-rest/x/../task",
      "GET,/engine-rest/task;x=1", "GET,/engine-rest/%74ask", "HEAD,/engine-rest/task", "get,/engine-rest/task",
      "OPTIONS,/engine-rest/task", "POST,/engine-rest/migration/executeAsync",
      "PUT,/engine-rest/process-instance/ID/suspended", "GET,/engine-rest/process-instance/ID/variables",
      "POST,/engine-rest/task/ID/form", "GET,/", "GET,/healthz/x", "DELETE,/engine-rest/deployment/ID",
      "POST,/engine-rest/message", "POST,/engine-rest/task/ID/complete", "POST,/engine-rest/external-task/ID/complete",
      "POST,/engine-rest/process-definition/key/trial/start", "POST,/engine-rest/process-definition/ID/start",
      "POST,/engine-rest/bulk/command/", "GET,/engine-rest/bulk/command", "POST,/engine-rest/bulk"})
  void refuses_everything_not_listed(String method, String path) {
    assertThat(AllowList.find(AllowList.API, method, path)).isNull();
    assertThat(AllowList.find(AllowList.WORKER, method, path)).isNull();
  }

  /** KeptDefinitions and KnownAnswers rest on this. */
  @ParameterizedTest
  @CsvSource({"PUT,/process-definition/suspended", "PUT,/process-definition/ID/suspended",
      "PUT,/process-definition/key/trial/suspended", "PUT,/process-definition/ID/history-time-to-live",
      "DELETE,/process-definition/ID", "DELETE,/process-definition/key/trial", "DELETE,/deployment/ID",
      "POST,/task/create", "PUT,/task/ID", "POST,/task/ID/localVariables", "PUT,/task/ID/localVariables/x",
      "POST,/task/ID/variables", "PUT,/task/ID/variables/x", "POST,/task/ID/submit-form", "POST,/task/ID/resolve",
      "POST,/execution/ID/create-incident"})
  void offers_nothing_that_would_belie_what_the_engine_takes_as_known(String method, String path) {
    String raw = "/engine-rest" + path.replace("ID", ID);
    assertThat(AllowList.find(AllowList.API, method, raw)).isNull();
    assertThat(AllowList.find(AllowList.WORKER, method, raw)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"orQueries\":[]}", "{\"a\":[{\"b\":{\"assigneeExpression\":\"x\"}}]}",
      "{\"OrQueries\":1}", "{\"\\u006frQueries\":[]}", "{\"dueDate\\u0045xpression\":\"x\"}", "{\"expression\":1}"})
  void refuses_keys_the_engine_would_evaluate(String body) {
    assertThat(refusal(body)).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{} {\"orQueries\":[]", "nonsense", "{\"a\":1,}"})
  void refuses_what_is_not_json(String body) {
    assertThat(refusal(body)).isIn(400, 403);
  }

  @Test
  void refuses_a_second_document_behind_a_harmless_one() {
    assertThat(refusal("{} {\"orQueries\":[]}")).isEqualTo(403);
  }

  @Test
  void lets_values_say_what_keys_may_not() {
    assertThatCode(() -> RequestBody.checkKeys(
        "{\"variables\":{\"note\":{\"value\":\"orQueries and anExpression\"}}}".getBytes(StandardCharsets.UTF_8)))
        .doesNotThrowAnyException();
  }

  private static int refusal(String body) {
    Refusal refusal = catchThrowableOfType(Refusal.class,
        () -> RequestBody.checkKeys(body.getBytes(StandardCharsets.UTF_8)));
    return refusal == null ? 0 : refusal.status();
  }
}
