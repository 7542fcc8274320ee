package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.accrual.embedded.FreePort;
import org.accrual.local.Build;
import org.accrual.local.Stack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts and ends the launcher in every way, and looks for processes that outlive it. */
class LauncherIT {
  private static final Path HOME = Path.of("..", "..").toAbsolutePath().normalize();

  private static final List<String> SERVICES = List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS);

  @TempDir Path folder;

  private final Map<String, String> ports = freePorts();
  private final List<Process> launchers = new ArrayList<>();

  @AfterEach
  void endLaunchers() throws InterruptedException {
    for (Process launcher : launchers) {
      launcher.destroy();
      if (!launcher.waitFor(60, TimeUnit.SECONDS)) {
        launcher.destroyForcibly();
      }
    }
  }

  @Test
  void endsInOrderOnSigtermAndIsFreeOfOrphansAfterAKill() throws Exception {
    Path log = folder.resolve("1.log");
    Process first = launch(log);
    // Killed as early as the last three are there: what is half started must end too.
    await("every process to be started")
        .atMost(Duration.ofMinutes(3))
        .until(() -> SERVICES.stream().allMatch(service -> runs(service, first)));
    List<ProcessHandle> children = first.descendants().toList();
    assertThat(children).hasSizeGreaterThanOrEqualTo(6);

    assertThat(first.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();

    await("every process to end with its killed launcher")
        .atMost(Duration.ofSeconds(60))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    Path again = folder.resolve("2.log");
    Process second = launch(again);
    awaitReady(second, again);
    List<ProcessHandle> restarted = second.descendants().toList();

    second.destroy();

    assertThat(second.waitFor(60, TimeUnit.SECONDS)).as("stopped within 60 s").isTrue();
    assertThat(second.exitValue()).isZero();
    assertThat(restarted).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void saysInOneLineThatAPortIsInUse() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      ports.put("accrual.local.kafka-port", Integer.toString(busy.getLocalPort()));
      Path log = folder.resolve("busy.log");

      Process launcher = launch(log);

      assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(launcher.exitValue()).isEqualTo(78);
      assertThat(Files.readAllLines(log))
          .filteredOn(line -> line.contains("port " + busy.getLocalPort()))
          .singleElement()
          .asString()
          .contains("in use");
    }
  }

  @Test
  void saysInOneLineThatASettingIsWrong() throws Exception {
    ports.put("accrual.local.core-grpc-port", "70000");
    Path log = folder.resolve("wrong.log");

    Process launcher = launch(log);

    assertThat(launcher.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(launcher.exitValue()).isEqualTo(78);
    assertThat(Files.readAllLines(log))
        .singleElement()
        .asString()
        .contains("accrual.local.core-grpc-port", "'70000'");
  }

  private static boolean runs(String service, Process launcher) {
    return launcher
        .descendants()
        .anyMatch(child -> child.info().commandLine().orElse("").contains(service + "/target"));
  }

  private Process launch(Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // As deploy/up does.
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Daccrual.local.home=" + HOME);
    command.add("-Daccrual.local.data=" + folder.resolve("data"));
    ports.forEach((key, port) -> command.add("-D" + key + "=" + port));
    command.add("-jar");
    command.add(Build.here().jar("deploy/local", "accrual-local").toString());
    Process launcher =
        ChildProcess.builder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    launchers.add(launcher);
    return launcher;
  }

  private static void awaitReady(Process launcher, Path log) {
    await("the line that begins with ready")
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              assertThat(launcher.isAlive())
                  .as(Files.readString(log, StandardCharsets.UTF_8))
                  .isTrue();
              return Files.readAllLines(log).stream().anyMatch(line -> line.startsWith("ready"));
            });
  }

  /** Returns a free port for every setting that names one. */
  static Map<String, String> freePorts() {
    List<String> names =
        List.of(
            "core-http",
            "core-grpc",
            "relay-http",
            "consumers-http",
            "consumers-grpc",
            "postgresql",
            "kafka",
            "registry",
            "smtp");
    List<Integer> free = Stream.generate(FreePort::pick).distinct().limit(names.size()).toList();
    Map<String, String> ports = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      ports.put("accrual.local." + names.get(i) + "-port", Integer.toString(free.get(i)));
    }
    return ports;
  }
}
