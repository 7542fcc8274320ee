package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path data;

  private Process process;

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void killsALeftOverProcessThatDoesNotEnd() throws Exception {
    RunFolder folder = RunFolder.in(data, Duration.ofMillis(50));
    process = new ProcessBuilder("sleep", "600").start();
    folder.remember("part", process.toHandle());

    folder.endLeftOvers();

    assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(5));
    assertThat(data.resolve("processes")).isEmptyDirectory();
  }

  @Test
  void sparesAProcessThatOnlyHasTheNumberOfOneOfOurs() throws Exception {
    RunFolder folder = RunFolder.in(data, Duration.ofMillis(50));
    process = new ProcessBuilder("sleep", "600").start();
    long anHourAgo = System.currentTimeMillis() - 3_600_000;
    Files.writeString(data.resolve("processes/part"), process.pid() + " " + anHourAgo);

    folder.endLeftOvers();

    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void passesOverWhatAKillCutShort() throws Exception {
    RunFolder folder = RunFolder.in(data, Duration.ofMillis(50));
    Files.writeString(data.resolve("processes/part"), "123");

    folder.endLeftOvers();

    assertThat(data.resolve("processes")).isEmptyDirectory();
  }

  @Test
  void keepsTheLogOfTheRunBefore() throws Exception {
    RunFolder folder = RunFolder.in(data, Duration.ofMillis(50));
    Files.writeString(folder.log("part"), "one\n\ntwo\n\n");

    assertThat(folder.lastLine("part")).isEqualTo("two");
    folder.freshLog("part");

    assertThat(folder.log("part")).doesNotExist();
    assertThat(data.resolve("logs/part.1.log")).content().startsWith("one");
    assertThat(folder.lastLine("part")).isEmpty();
  }
}
