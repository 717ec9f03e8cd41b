package cn.yichuang.engine;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One engine node as its own process (the engine keeps state in statics), with a small HTTP client to it. */
final class Node implements AutoCloseable {

  static final String API_TOKEN = "api-token-of-the-trial-0001";
  static final String WORKER_TOKEN = "worker-token-of-the-trial-01";

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final Process process;
  private final Path log;

  private Node(String base, Process process, Path log) {
    this.base = base;
    this.process = process;
    this.log = log;
  }

  /** Starts a node and waits until it is healthy. */
  static Node start(String databaseUrl, String schema) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path log = Files.createTempFile("engine-node", ".log");
    ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp", System.getProperty("java.class.path"), EngineHost.class.getName());
    builder.environment().putAll(Map.of("ENGINE_PORT", Integer.toString(port), "ENGINE_DATABASE_URL", databaseUrl,
        "ENGINE_SCHEMA", schema, "ENGINE_API_TOKEN", API_TOKEN, "ENGINE_WORKER_TOKEN", WORKER_TOKEN,
        "ENGINE_POOL_SIZE", "4"));
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Node node = new Node("http://127.0.0.1:" + port, process, log);
    while (!node.isHealthy()) {
      if (!process.isAlive()) {
        throw new IllegalStateException("the node ended: " + node.log());
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    return node;
  }

  private boolean isHealthy() throws InterruptedException {
    try {
      return send("GET", "/healthz", null, null).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  HttpResponse<String> api(String method, String path, String json) throws IOException, InterruptedException {
    return send(method, "/engine-rest" + path, API_TOKEN, json);
  }

  HttpResponse<String> worker(String method, String path, String json) throws IOException, InterruptedException {
    return send(method, "/engine-rest" + path, WORKER_TOKEN, json);
  }

  HttpResponse<String> send(String method, String path, String token, String json)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    request.method(method, json == null ? HttpRequest.BodyPublishers.noBody()
        : HttpRequest.BodyPublishers.ofString(json));
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> deploy(String name, String text) throws IOException, InterruptedException {
    String boundary = "trial-boundary";
    List<String> lines = new ArrayList<>();
    lines.add("--" + boundary);
    lines.add("Content-Disposition: form-data; name=\"data\"; filename=\"" + name + "\"");
    lines.add("Content-Type: application/octet-stream");
    lines.add("");
    lines.add(text);
    lines.add("--" + boundary + "--");
    lines.add("");
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/engine-rest/deployment/create"))
        .header("Authorization", "Bearer " + API_TOKEN)
        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
        .POST(HttpRequest.BodyPublishers.ofByteArray(String.join("\r\n", lines).getBytes(StandardCharsets.UTF_8)))
        .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws InterruptedException, IOException {
    process.destroy();
    process.waitFor();
    Files.deleteIfExists(log);
  }
}
