package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
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

  private Supervised supervised(String script) {
    Path up = data.resolve("up");
    Part part =
        new Part(
            "part",
            List.of("sh", "-c", "cd '%s'; %s".formatted(data, script)),
            Map.of(),
            () -> Files.exists(up),
            Duration.ofMillis(500));
    return new Supervised(part, RunFolder.in(data), told::add);
  }
}
