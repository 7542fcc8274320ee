package org.accrual.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Leash;
import org.accrual.local.Build;

/** One of the services as it is deployed, on ports of its own. */
public final class ServiceUnderTest implements AutoCloseable {
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(90);

  private final Process process;
  private final int grpcPort;

  private ServiceUnderTest(Process process, int grpcPort) {
    this.process = process;
    this.grpcPort = grpcPort;
  }

  /**
   * Returns once it is ready.
   *
   * @param module such as {@code consumers}
   * @param settings as {@code key=value}
   */
  public static ServiceUnderTest start(String module, List<String> settings, Path log)
      throws IOException, InterruptedException {
    return start(module, List.of(), settings, log);
  }

  /** The same, with options of the virtual machine. */
  public static ServiceUnderTest start(
      String module, List<String> options, List<String> settings, Path log)
      throws IOException, InterruptedException {
    int http = FreePort.pick();
    int grpc = FreePort.pick();
    List<String> all = new ArrayList<>(options);
    all.addAll(
        List.of(
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Daccrual.http.port=" + http,
            "-Daccrual.grpc.port=" + grpc));
    settings.forEach(setting -> all.add("-D" + setting));
    Process process = Children.start(Leash.command(all, jar(module)), log);
    ServiceUnderTest service = new ServiceUnderTest(process, grpc);
    service.awaitReady(URI.create("http://127.0.0.1:" + http + "/health/ready"), log);
    return service;
  }

  private static Path jar(String module) {
    return Build.here().jar(module, "accrual-" + module);
  }

  int grpcPort() {
    return grpcPort;
  }

  private void awaitReady(URI health, Path log) throws IOException, InterruptedException {
    long giveUp = System.nanoTime() + START_NANOS;
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (System.nanoTime() < giveUp && process.isAlive()) {
        try {
          if (http.send(HttpRequest.newBuilder(health).build(), BodyHandlers.discarding())
                  .statusCode()
              == 200) {
            return;
          }
        } catch (IOException notYet) {
          // It does not listen yet.
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    }
    throw new IllegalStateException("it did not start: " + Files.readString(log));
  }

  @Override
  public void close() {
    process.destroy();
    // Its group must be empty before it can be forgotten.
    process.onExit().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
