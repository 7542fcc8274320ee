package org.accrual.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Leash;
import org.accrual.runtime.blinding.BlindingKeys;

/** enrollment-core as it is deployed, on a database of its own, with nothing behind it. */
final class CoreProcess implements AutoCloseable {
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(90);

  private final Process process;
  private final int grpcPort;

  private CoreProcess(Process process, int grpcPort) {
    this.process = process;
    this.grpcPort = grpcPort;
  }

  static CoreProcess start(String jdbcUrl, Path log) throws IOException, InterruptedException {
    int http = FreePort.pick();
    int grpc = FreePort.pick();
    BlindingKeys keys = BlindingKeys.make();
    List<String> command = new ArrayList<>();
    command.addAll(
        Leash.command(
            List.of(
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Daccrual.database.url=" + jdbcUrl,
                "-Daccrual.http.port=" + http,
                "-Daccrual.grpc.port=" + grpc,
                // Nobody answers here: no step may end within the run.
                "-Daccrual.saga.step-deadline=1h",
                "-Daccrual.blinding.public-key="
                    + Base64.getEncoder().encodeToString(keys.publicKey()),
                "-Daccrual.core.fingerprint-key="
                    + Base64.getEncoder().encodeToString(new byte[32])),
            Built.jar("enrollment-core", "accrual-enrollment-core")));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    CoreProcess core = new CoreProcess(process, grpc);
    core.awaitReady(URI.create("http://127.0.0.1:" + http + "/health/ready"), log);
    return core;
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
    throw new IllegalStateException("enrollment-core did not start: " + Files.readString(log));
  }

  @Override
  public void close() {
    process.destroy();
  }
}
