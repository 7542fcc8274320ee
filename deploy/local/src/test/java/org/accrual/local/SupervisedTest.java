package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.accrual.embedded.FreePort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisedTest {
  @TempDir Path data;

  private final List<String> told = new CopyOnWriteArrayList<>();
  private Supervised supervised;

  @AfterEach
  void stop() {
    if (supervised != null) {
      supervised.stop();
    }
  }

  @Test
  void startsAgainWhatWasKilled() throws Exception {
    supervised = supervised("echo $$ > up; sleep 600");
    supervised.start();
    long first = supervised.pid();

    supervised.kill();

    assertThat(supervised.awaitRunning(Duration.ofSeconds(15))).isTrue();
    assertThat(supervised.pid()).isNotEqualTo(first);
    assertThat(ProcessHandle.of(first)).isEmpty();
    assertThat(told).anySatisfy(line -> assertThat(line).contains("killed by signal 9"));
  }

  @Test
  void tellsTheLastLineOfWhatNeverServed() {
    supervised = supervised("echo key: wrong value; exit 78");

    assertThatThrownBy(() -> supervised.start())
        .isInstanceOfSatisfying(
            StackFailed.class, failed -> assertThat(failed.exitCode()).isEqualTo(78))
        .hasMessageContaining("ended with code 78")
        .hasMessageContaining("key: wrong value");
  }

  @Test
  void saysWhatCannotBeRun() {
    supervised =
        new Supervised(
            new Part(
                "part", List.of("/nowhere/program"), Map.of(), () -> false, Duration.ofMillis(100)),
            RunFolder.in(data),
            told::add);

    assertThatThrownBy(() -> supervised.start())
        .isInstanceOf(StackFailed.class)
        .hasMessageContaining("part");
  }

  @Test
  void killsWhatDoesNotStopInTime() {
    supervised = supervised("trap '' TERM; touch up; while :; do sleep 1; done");
    supervised.start();
    ProcessHandle process = ProcessHandle.of(supervised.pid()).orElseThrow();

    supervised.stop();

    assertThat(process.isAlive()).isFalse();
    assertThat(data.resolve("processes")).isEmptyDirectory();
  }

  @Test
  void startsNothingOnceItIsStopped() {
    supervised = supervised("touch up; sleep 600");
    supervised.stop();

    assertThatThrownBy(() -> supervised.start()).isInstanceOf(StackFailed.class);
    assertThat(data.resolve("up")).doesNotExist();
  }

  @Test
  @DisplayName("restarts a process that says it is stuck, with a line that says why")
  void restartsAProcessThatSaysItIsStuck() throws Exception {
    Path stuck = data.resolve("stuck");
    supervised =
        supervised(
            "touch up; rm -f stuck; exec sleep 600",
            () -> Files.exists(stuck) ? Liveness.STUCK : Liveness.LIVE);
    supervised.start();
    long first = supervised.pid();

    Files.createFile(stuck);

    awaitRestart(first);
    assertThat(told)
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("part ")
                    .contains("since its /health/live answered 503")
                    .contains("part.log"));
  }

  @Test
  @DisplayName("restarts a process that says it is stuck before it serves again")
  void restartsAProcessThatIsStuckBeforeItServesAgain() throws Exception {
    Path up = data.resolve("up");
    Path stuck = data.resolve("stuck");
    Files.createFile(up);
    supervised =
        supervised("exec sleep 600", () -> Files.exists(stuck) ? Liveness.STUCK : Liveness.LIVE);
    supervised.start();
    long first = supervised.pid();
    Files.delete(up);
    Files.createFile(stuck);
    await().atMost(Duration.ofSeconds(15)).until(() -> supervised.pid() != first);
    long second = supervised.pid();
    await().atMost(Duration.ofSeconds(15)).until(() -> supervised.pid() != second);

    Files.createFile(up);
    Files.delete(stuck);

    assertThat(supervised.awaitRunning(Duration.ofSeconds(15))).isTrue();
  }

  @Test
  @DisplayName("restarts a process that is suspended, once it has been silent for some 20 s")
  void restartsAProcessThatIsSuspended() throws Exception {
    int port = FreePort.pick();
    supervised =
        supervised(
            "touch up; exec '%s' -Xmx32m -XX:TieredStopAtLevel=1 -cp '%s' %s %d"
                .formatted(
                    Path.of(System.getProperty("java.home"), "bin", "java"),
                    System.getProperty("java.class.path"),
                    LiveProcess.class.getName(),
                    port),
            () -> Probes.live("http://127.0.0.1:" + port));
    supervised.start();
    long first = supervised.pid();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> Probes.live("http://127.0.0.1:" + port) == Liveness.LIVE);

    assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(first)).start().waitFor())
        .isZero();

    awaitRestart(first);
    assertThat(told)
        .anySatisfy(line -> assertThat(line).contains("since its /health/live did not answer"));
  }

  @Test
  @DisplayName("leaves a process alone that is silent for a shorter time")
  void leavesAProcessAloneThatIsSilentForAShorterTime() throws Exception {
    AtomicInteger probes = new AtomicInteger();
    supervised =
        supervised(
            "touch up; exec sleep 600",
            () -> probes.incrementAndGet() % 4 == 0 ? Liveness.LIVE : Liveness.SILENT);
    supervised.start();
    long first = supervised.pid();

    await().atMost(Duration.ofSeconds(40)).until(() -> probes.get() >= 8);

    assertThat(supervised.pid()).isEqualTo(first);
    assertThat(told).noneMatch(line -> line.contains("starting it again"));
  }

  private void awaitRestart(long first) throws InterruptedException {
    await().atMost(Duration.ofSeconds(40)).until(() -> supervised.pid() != first);
    assertThat(supervised.awaitRunning(Duration.ofSeconds(15))).isTrue();
    assertThat(ProcessHandle.of(first)).isEmpty();
  }

  private Supervised supervised(String script) {
    return supervised(script, () -> Liveness.LIVE);
  }

  private Supervised supervised(String script, Supplier<Liveness> liveness) {
    Path up = data.resolve("up");
    Part part =
        new Part(
            "part",
            List.of("sh", "-c", "cd '%s'; %s".formatted(data, script)),
            Map.of(),
            () -> Files.exists(up),
            liveness,
            Duration.ofMillis(500));
    return new Supervised(part, RunFolder.in(data), told::add);
  }
}
