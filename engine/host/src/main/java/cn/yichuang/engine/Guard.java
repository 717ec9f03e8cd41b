package cn.yichuang.engine;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The only door to the engine: who asks (bearer token), for what ({@link AllowList}), with which query and
 * body ({@link RequestBody}). It stands before every servlet; what it does not know, it refuses.
 */
final class Guard extends HttpFilter {

  private static final long serialVersionUID = 1L;

  /** Query parameters that are code, ad-hoc sub-queries, or encoded so that we cannot read them. */
  private static final Pattern REFUSED_QUERY = Pattern.compile("(?i)expression|orqueries|%");
  private static final Pattern MAX_RESULTS = Pattern.compile("(?:^|&)maxResults=([^&]*)");
  private static final Set<String> METHODS_WITH_BODY = Set.of("POST", "PUT");

  private final transient byte[] workerToken;
  private final transient byte[] apiToken;

  Guard(HostConfig config) {
    this.workerToken = config.workerToken().getBytes(StandardCharsets.UTF_8);
    this.apiToken = config.apiToken().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getMethod().equals("GET") && request.getRequestURI().equals(Health.PATH)) {
      chain.doFilter(request, response);
      return;
    }
    try {
      chain.doFilter(admit(request), response);
    } catch (Refusal refusal) {
      refusal.writeTo(response);
    }
  }

  /** @return the request to hand on, its body and result size checked */
  private HttpServletRequest admit(HttpServletRequest request) throws IOException, Refusal {
    List<AllowList.Rule> account = account(request.getHeader("Authorization"));
    if (account == null) {
      throw new Refusal(401, "Unauthorized", "The bearer token is missing or wrong.");
    }
    String path = request.getRequestURI();
    AllowList.Rule rule = AllowList.find(account, request.getMethod(), path);
    if (rule == null) {
      throw new Refusal(403, "Forbidden", "This method and path are not on the allow-list of this account.");
    }
    String query = request.getQueryString();
    if (query != null && REFUSED_QUERY.matcher(query).find()) {
      throw new Refusal(403, "Forbidden", "The query string has a parameter that is not allowed.");
    }
    if (rule.list()) {
      return new BoundedQuery(request, boundedQuery(query));
    }
    return METHODS_WITH_BODY.contains(request.getMethod()) ? RequestBody.check(request) : request;
  }

  /** Both comparisons always run, so that the time taken says nothing about the tokens. */
  private List<AllowList.Rule> account(String header) {
    if (header == null || !header.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
      return null;
    }
    byte[] given = header.substring("bearer ".length()).trim().getBytes(StandardCharsets.UTF_8);
    boolean worker = MessageDigest.isEqual(workerToken, given);
    boolean api = MessageDigest.isEqual(apiToken, given);
    if (worker) {
      return AllowList.WORKER;
    }
    return api ? AllowList.API : null;
  }

  /** The engine enforces its result limit only for engine users, of which there are none; so it is done here. */
  private static String boundedQuery(String query) throws Refusal {
    Matcher asked = MAX_RESULTS.matcher(query == null ? "" : query);
    if (!asked.find()) {
      return (query == null || query.isEmpty() ? "" : query + "&") + "maxResults=" + EngineSettings.MAX_RESULTS;
    }
    String value = asked.group(1);
    if (!value.matches("\\d{1,4}") || Integer.parseInt(value) > EngineSettings.MAX_RESULTS || asked.find()) {
      throw new Refusal(400, "BadRequest", "maxResults must be one number up to " + EngineSettings.MAX_RESULTS + ".");
    }
    return query;
  }

  private static final class BoundedQuery extends HttpServletRequestWrapper {

    private final String query;

    BoundedQuery(HttpServletRequest request, String query) {
      super(request);
      this.query = query;
    }

    @Override
    public String getQueryString() {
      return query;
    }
  }
}
