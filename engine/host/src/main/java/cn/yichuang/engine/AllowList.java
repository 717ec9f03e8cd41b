package cn.yichuang.engine;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What each account may ask the engine: the platform's own calls and nothing else. Camunda's REST API has some
 * 400 more, among them queries whose text is evaluated as code (CVE-2026-109432, unpatched in 7.24.0).
 *
 * <p>Patterns are matched against the raw request URI. Anything percent-encoded, with path parameters or with
 * dots and slashes in odd places matches none of them and is refused, so there is nothing to normalise.
 */
final class AllowList {

  /** @param list true for queries that return an array, which {@link Guard} bounds */
  record Rule(String method, Pattern path, boolean list) {

    boolean allows(String requestMethod, String rawPath) {
      return method.equals(requestMethod) && path.matcher(rawPath).matches();
    }
  }

  private static final String ID = "[A-Za-z0-9_:.-]{1,128}";

  static final List<Rule> WORKER = List.of(
      one("GET", "/engine-rest/version"),
      one("POST", "/engine-rest/external-task/fetchAndLock"),
      one("POST", "/engine-rest/external-task/ID/(failure|bpmnError|extendLock|unlock)"),
      one("POST", BulkComplete.PATH));

  static final List<Rule> API = List.of(
      one("GET", "/engine-rest/version"),
      one("POST", BulkCommand.PATH),
      one("POST", "/engine-rest/deployment/create"),
      list("/engine-rest/process-definition"),
      one("GET", "/engine-rest/process-definition/ID(/xml)?"),
      list("/engine-rest/process-instance"),
      one("GET", "/engine-rest/process-instance/ID"),
      one("DELETE", "/engine-rest/process-instance/ID"),
      one("POST", "/engine-rest/process-instance/ID/variables"),
      one("GET", "/engine-rest/process-instance/ID/activity-instances"),
      list("/engine-rest/task"),
      one("GET", "/engine-rest/task/ID"),
      one("POST", "/engine-rest/task/ID/(claim|unclaim)"),
      list("/engine-rest/external-task"),
      one("PUT", "/engine-rest/external-task/ID/retries"),
      list("/engine-rest/incident"),
      list("/engine-rest/job"),
      one("PUT", "/engine-rest/job/ID/(retries|duedate)"),
      one("POST", "/engine-rest/migration/(generate|validate|execute)"));

  private AllowList() {}

  static Rule find(List<Rule> rules, String method, String rawPath) {
    for (Rule rule : rules) {
      if (rule.allows(method, rawPath)) {
        return rule;
      }
    }
    return null;
  }

  private static Rule one(String method, String path) {
    return new Rule(method, Pattern.compile(path.replace("ID", ID)), false);
  }

  private static Rule list(String path) {
    return new Rule("GET", Pattern.compile(path), true);
  }
}
