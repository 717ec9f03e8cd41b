package cn.yichuang.engine;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A PostgreSQL address in the form the rest of the platform uses
 * ({@code postgresql://user:password@host:port/database}), turned into what JDBC wants. One form for
 * TypeScript and Java, so that an operator writes it once. User and password are percent-decoded.
 *
 * @param address  {@code host:port/database}, safe to show: it holds no secret
 * @param jdbcUrl  the address for the driver, without user, password and schema
 */
record DatabaseUrl(String address, String jdbcUrl, String user, String password) {

  private static final Pattern SSL_MODE =
      Pattern.compile("sslmode=(disable|allow|prefer|require|verify-ca|verify-full)");

  /** @throws IllegalArgumentException with one sentence that never repeats the value (it holds a password) */
  static DatabaseUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("it is not a URL (percent-encode special characters in the password)");
    }
    if (!"postgresql".equals(uri.getScheme()) && !"postgres".equals(uri.getScheme())) {
      throw new IllegalArgumentException("it must start with postgresql://");
    }
    String userInfo = uri.getRawUserInfo();
    String path = uri.getRawPath();
    if (uri.getHost() == null || userInfo == null || path == null || path.length() < 2) {
      throw new IllegalArgumentException("it must look like postgresql://user:password@host:port/database");
    }
    String query = uri.getRawQuery();
    if (query != null && !SSL_MODE.matcher(query).matches()) {
      throw new IllegalArgumentException("the only parameter understood is sslmode");
    }
    int colon = userInfo.indexOf(':');
    String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
    String password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
    String address = uri.getHost() + ":" + (uri.getPort() < 0 ? 5432 : uri.getPort()) + path;
    String jdbc = "jdbc:postgresql://" + address + "?ApplicationName=engine-host&tcpKeepAlive=true&connectTimeout=5"
        + (query == null ? "" : "&" + query);
    return new DatabaseUrl(address, jdbc, user, password);
  }

  /** The JDBC URL whose unqualified names all fall into one schema, so that {@code public} is never touched. */
  String jdbcUrl(String schema) {
    return jdbcUrl + "&currentSchema=" + schema;
  }

  /** URLDecoder follows the form rules, where '+' is a space; in a password it is a plus. */
  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Records print every component; this one must not print the password. */
  @Override
  public String toString() {
    return address;
  }
}
