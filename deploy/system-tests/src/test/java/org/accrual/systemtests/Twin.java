package org.accrual.systemtests;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.accrual.embedded.FreePort;

/**
 * A second process of a service beside the stack's own: the same command and environment, other
 * ports, and another build's classes in front.
 */
final class Twin implements AutoCloseable {
  private final Process process;
  private final int httpPort;
  private final int grpcPort;

  private Twin(Process process, int httpPort, int grpcPort) {
    this.process = process;
    this.httpPort = httpPort;
    this.grpcPort = grpcPort;
  }

  /**
   * Starts it and waits until it serves.
   *
   * @param pid of the process it is like
   */
  static Twin of(long pid, NextVersion next, Path log) throws Exception {
    int http = FreePort.pick();
    int grpc = FreePort.pick();
    List<String> command = new ArrayList<>();
    for (String word : proc(pid, "cmdline")) {
      String before = command.isEmpty() ? "" : command.getLast();
      if (word.startsWith("-Daccrual.http.port=")) {
        command.add("-Daccrual.http.port=" + http);
      } else if (word.startsWith("-Daccrual.grpc.port=")) {
        command.add("-Daccrual.grpc.port=" + grpc);
      } else {
        command.add(before.equals("-cp") ? next.before(word) : word);
      }
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(log.toFile()));
    builder.environment().clear();
    for (String variable : proc(pid, "environ")) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    Twin twin = new Twin(builder.start(), http, grpc);
    twin.awaitReady(log);
    return twin;
  }

  int grpcPort() {
    return grpcPort;
  }

  private void awaitReady(Path log) throws Exception {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!ready()) {
      if (process.waitFor(150, TimeUnit.MILLISECONDS) || System.nanoTime() > limit) {
        close();
        throw new IllegalStateException("does not serve: " + Files.readString(log));
      }
    }
  }

  private boolean ready() throws InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/health/ready".formatted(httpPort)))
              .timeout(Duration.ofSeconds(3))
              .build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static List<String> proc(long pid, String what) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), what));
    return List.of(new String(bytes, StandardCharsets.UTF_8).split("\0"));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
