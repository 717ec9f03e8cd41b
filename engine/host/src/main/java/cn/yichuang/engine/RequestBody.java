package cn.yichuang.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A body that has been read whole, found harmless and can be read again. JSON may carry no key that the engine
 * would evaluate ({@code ...Expression}) nor {@code orQueries}, whose validators Camunda 7.24.0 forgets.
 * Multipart is only for deployments, where the deploy gate judges the content; here only its size counts.
 */
final class RequestBody extends HttpServletRequestWrapper {

  static final int MAX_JSON_BYTES = 2 << 20;
  /** A package is a handful of files of at most 1 MB each. */
  static final int MAX_DEPLOYMENT_BYTES = 8 << 20;

  private static final JsonFactory JSON = new JsonFactory();

  private final byte[] bytes;

  private RequestBody(HttpServletRequest request, byte[] bytes) {
    super(request);
    this.bytes = bytes;
  }

  static RequestBody check(HttpServletRequest request) throws IOException, Refusal {
    String type = request.getContentType();
    String kind = type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    boolean deployment = request.getRequestURI().endsWith("/deployment/create");
    if (deployment && !kind.equals("multipart/form-data")) {
      throw new Refusal(415, "UnsupportedMediaType", "A deployment must be multipart/form-data.");
    }
    byte[] bytes = read(request, deployment ? MAX_DEPLOYMENT_BYTES : MAX_JSON_BYTES);
    if (!deployment && bytes.length > 0) {
      if (!kind.equals("application/json")) {
        throw new Refusal(415, "UnsupportedMediaType", "The body must be application/json.");
      }
      checkKeys(bytes);
    }
    return new RequestBody(request, bytes);
  }

  private static byte[] read(HttpServletRequest request, int limit) throws IOException, Refusal {
    if (request.getContentLengthLong() <= limit) {
      byte[] bytes = request.getInputStream().readNBytes(limit + 1);
      if (bytes.length <= limit) {
        return bytes;
      }
    }
    throw new Refusal(413, "PayloadTooLarge", "The body is larger than " + limit + " bytes.");
  }

  static void checkKeys(byte[] json) throws IOException, Refusal {
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && isRefused(parser.currentName())) {
          throw new Refusal(403, "Forbidden", "The body has a key that is not allowed.");
        }
      }
    } catch (JsonProcessingException e) {
      throw new Refusal(400, "BadRequest", "The body is not valid JSON.");
    }
  }

  private static boolean isRefused(String key) {
    String name = key.toLowerCase(Locale.ROOT);
    return name.endsWith("expression") || name.equals("orqueries");
  }

  @Override
  public ServletInputStream getInputStream() {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    return new ServletInputStream() {
      @Override
      public int read() {
        return in.read();
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        return in.read(target, offset, length);
      }

      @Override
      public boolean isFinished() {
        return in.available() == 0;
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setReadListener(ReadListener listener) {
        throw new IllegalStateException("the body has been read already");
      }
    };
  }

  @Override
  public BufferedReader getReader() {
    return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
  }
}
