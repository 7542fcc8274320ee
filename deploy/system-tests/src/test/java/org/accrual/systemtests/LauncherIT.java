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
import org.accrual.local.Stack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The launcher as a person meets it: starts, ends, and leaves nothing behind however it ends. */
class LauncherIT {
  private static final Path HOME = Path.of("..", "..").toAbsolutePath().normalize();

  private static final List<String> SERVICES = List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS);

  private final Path data = TestStack.freshFolder();
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
    Path log = data.resolveSibling(data.getFileName() + ".1.log");
    Process first = launch(log);
    // Killed as early as the last three are there: what is half started must end too.
    await("every process to be started")
        .atMost(Duration.ofMinutes(3))
        .until(() -> SERVICES.stream().allMatch(service -> runs(service, first)));
    List<ProcessHandle> children = first.descendants().toList();
    assertThat(children).hasSizeGreaterThanOrEqualTo(6);

    first.destroyForcibly().waitFor();

    await("every process to end with its killed launcher")
        .atMost(Duration.ofSeconds(60))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    Path again = data.resolveSibling(data.getFileName() + ".2.log");
    Process second = launch(again);
    awaitReady(second, again);
    List<ProcessHandle> anew = second.descendants().toList();

    second.destroy();

    assertThat(second.waitFor(60, TimeUnit.SECONDS)).as("stopped within 60 s").isTrue();
    assertThat(second.exitValue()).isZero();
    assertThat(anew).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void saysInOneLineThatAPortIsInUse() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ports.put("accrual.local.kafka-port", Integer.toString(busy.getLocalPort()));
      Path log = data.resolveSibling(data.getFileName() + ".busy.log");

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
    Path log = data.resolveSibling(data.getFileName() + ".wrong.log");

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
    command.add("-Daccrual.local.data=" + data);
    ports.forEach((key, port) -> command.add("-D" + key + "=" + port));
    command.add("-jar");
    command.add(launcherJar().toString());
    Process launcher =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    launchers.add(launcher);
    return launcher;
  }

  private static Path launcherJar() throws IOException {
    try (Stream<Path> built = Files.list(HOME.resolve("deploy/local/target"))) {
      return built
          .filter(
              file ->
                  file.getFileName().toString().matches("accrual-local-.*(?<!sources|tests)\\.jar"))
          .findFirst()
          .orElseThrow();
    }
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

  private static Map<String, String> freePorts() {
    Map<String, String> ports = new HashMap<>();
    for (String name :
        List.of(
            "core-http",
            "core-grpc",
            "relay-http",
            "consumers-http",
            "consumers-grpc",
            "postgresql",
            "kafka",
            "registry")) {
      ports.put(
          "accrual.local." + name + "-port",
          Integer.toString(org.accrual.embedded.FreePort.pick()));
    }
    return ports;
  }
}
