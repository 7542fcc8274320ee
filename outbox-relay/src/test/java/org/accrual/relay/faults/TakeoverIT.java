package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.accrual.fixtures.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two relays: one streams, the other waits for its turn. */
@Tag("faults")
class TakeoverIT {
  /** The goal is 5 s on an idle machine; beside a whole build more is allowed. */
  private static final Duration TAKEOVER =
      Duration.ofSeconds(Integer.getInteger("faults.takeover", 20));

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private FaultStack stack;
  private Writers writers;
  private Process first;
  private Process second;

  @BeforeEach
  void start() throws Exception {
    stack = new FaultStack(folder);
    try (Connection connection = DriverManager.getConnection(stack.url())) {
      Writers.prepare(connection);
    }
    writers = new Writers(stack.url());
    first = relay("first");
    await().atMost(LIMIT).until(() -> log("first").contains("-> streaming"));
    second = relay("second");
    await().atMost(LIMIT).until(() -> log("second").contains("-> waiting-for-slot"));
    writers.start(3, Seeds.of(TakeoverIT.class));
    assertThat(stack.drainedWithin(LIMIT)).isTrue();
  }

  @AfterEach
  void stop() throws Exception {
    writers.close();
    Programs.end(first);
    Programs.end(second);
    stack.close();
  }

  @Test
  void aKilledOwnerIsReplacedAtOnce() throws Exception {
    long killed = System.nanoTime();
    first.destroyForcibly();

    await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(TAKEOVER)
        .until(() -> log("second").contains("-> streaming"));

    System.out.printf("taken over %d ms after kill -9%n", (System.nanoTime() - killed) / 1_000_000);
    comparesClean();
  }

  @Test
  void aStoppedOwnerLosesTheSlotIsFencedAndStepsBack() throws Exception {
    signal("STOP");
    await().atMost(LIMIT).until(() -> log("second").contains("-> streaming"));
    assertThat(stack.drainedWithin(LIMIT)).isTrue();

    signal("CONT");

    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).isEqualTo(1);
    assertThat(log("first")).contains("the relay failed and ends");
    comparesClean();
  }

  private void comparesClean() throws Exception {
    writers.close();
    assertThat(stack.drainedWithin(LIMIT)).isTrue();
    Findings findings = Findings.of(stack.outbox(), stack.topic());
    assertThat(findings.expected()).isPositive();
    assertThat(findings.clean()).as(findings.toString()).isTrue();
  }

  private Process relay(String name) throws IOException {
    List<String> settings = new ArrayList<>(stack.relaySettings());
    settings.add("accrual.relay.owner-timeout=2s");
    settings.add("accrual.relay.slot-poll=100ms");
    return Programs.relay("-Xmx192m", List.of(), settings, stack.log(name));
  }

  private String log(String name) throws IOException {
    return Files.readString(stack.log(name));
  }

  private void signal(String name) throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(first.pid())).inheritIO().start();
    assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(kill.exitValue()).isZero();
  }
}
