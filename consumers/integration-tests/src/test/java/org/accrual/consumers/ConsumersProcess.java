package org.accrual.consumers;

import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceBlockingStub;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Origin;

/** The consumers process as operators run it. */
public final class ConsumersProcess implements AutoCloseable {
  /**
   * Classes of the process as the virtual machine has loaded and checked them: with them a start
   * takes less of the processor's time. The first process that has a database writes the file when
   * it ends; one without ends too early.
   */
  private static final Path CLASS_DATA = Path.of("target", "consumers.jsa").toAbsolutePath();

  private final boolean writesClassData;
  private final int http = FreePort.pick();
  private final int grpc = FreePort.pick();
  private final Path log;
  private final Process process;
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build();
  private final HttpClient client = HttpClient.newHttpClient();

  /**
   * Starts a process.
   *
   * @param log gets its output; an older one is overwritten
   */
  public ConsumersProcess(Map<String, String> settings, Path log) {
    this.log = log;
    writesClassData = !Files.exists(CLASS_DATA) && settings.containsKey("accrual.database.url");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Daccrual.http.port=" + http,
            "-Daccrual.grpc.port=" + grpc));
    command.add("-Xlog:disable");
    command.add(
        (writesClassData ? "-XX:ArchiveClassesAtExit=" : "-XX:SharedArchiveFile=") + CLASS_DATA);
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-jar", Origin.of(Main.class).toString()));
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ConsumersProcess awaitReady() {
    await("ready, see " + log)
        .atMost(Duration.ofSeconds(60))
        .until(() -> status("/health/ready") == 200);
    return this;
  }

  /** Returns its queries, to be answered within half a minute unless the test sets a deadline. */
  public EnrollmentQueryServiceBlockingStub queries() {
    return EnrollmentQueryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /** To its gRPC server. */
  public ManagedChannel channel() {
    return channel;
  }

  /** The HTTP status; 0 while nothing answers. */
  public int status(String path) {
    try {
      return client.send(request(path), BodyHandlers.ofString()).statusCode();
    } catch (IOException notYet) {
      return 0;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What is answered; empty while nothing is. */
  public String body(String path) {
    try {
      return client.send(request(path), BodyHandlers.ofString()).body();
    } catch (IOException notYet) {
      return "";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As kill -9. */
  public void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  /** As SIGTERM; the exit code. */
  public int stop() {
    process.destroy();
    return awaitExit();
  }

  /** The exit code of a process that ends by itself. */
  public int awaitExit() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("still running: " + log());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    if (writesClassData) {
      var _ = stop();
    } else {
      kill();
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + path))
        .timeout(Duration.ofSeconds(10))
        .build();
  }
}
