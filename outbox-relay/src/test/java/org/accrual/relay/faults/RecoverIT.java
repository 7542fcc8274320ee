package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.accrual.fixtures.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The slot is dropped under load; recover brings back what no slot will tell any more. */
@Tag("faults")
class RecoverIT {
  @TempDir Path folder;

  @Test
  void aDroppedSlotLosesAndRepeatsNothingOnceRecovered() throws Exception {
    try (FaultStack stack = new FaultStack(folder)) {
      try (Connection connection = DriverManager.getConnection(stack.url())) {
        Writers.prepare(connection);
      }
      try (Writers writers = new Writers(stack.url())) {
        Process relay = relay(stack);
        writers.start(6, Seeds.of(RecoverIT.class));
        assertThat(stack.drainedWithin(Duration.ofSeconds(60))).isTrue();
        assertThat(command(stack, "recover")).isEqualTo(3);
        Programs.end(relay);
        assertThat(command(stack, "recover")).isZero();
        assertThat(said()).contains("is fit, nothing was done");

        dropSlot(stack);
        // What is committed now is in no slot.
        new java.util.concurrent.CountDownLatch(1).await(2, TimeUnit.SECONDS);
        Process refused = relay(stack);
        assertThat(command(stack, "check")).isEqualTo(2);
        assertThat(said()).contains("DIFFERENT").contains("is on its topic 0 times");
        // The check may have been quicker than the relay's start.
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> Files.readString(stack.log("relay")).contains("SLOT_MISSING"));
        Programs.end(refused);

        assertThat(command(stack, "recover")).isZero();
        assertThat(said()).contains("published").doesNotContain(", 0 published");
        relay(stack);
      }
      assertThat(stack.drainedWithin(Duration.ofSeconds(120))).isTrue();
      Findings findings = Findings.of(stack.outbox(), stack.topic());
      assertThat(findings.clean()).as(findings.toString()).isTrue();
      assertThat(command(stack, "check")).as(said()).isZero();
    }
  }

  private Process relay(FaultStack stack) throws Exception {
    return Programs.relay("-Xmx192m", List.of(), stack.relaySettings(), stack.log("relay"));
  }

  private int command(FaultStack stack, String command) throws Exception {
    Files.deleteIfExists(folder.resolve("said.log"));
    Process process =
        Programs.relay(
            "-Xmx192m", List.of(), stack.relaySettings(), folder.resolve("said.log"), command);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String said() throws Exception {
    return Files.readString(folder.resolve("said.log"));
  }

  private static void dropSlot(FaultStack stack) throws Exception {
    // The server may need a moment to see that its client has gone.
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                stack
                    .query("select count(*) from pg_replication_slots where not active")
                    .equals("1"));
    stack.query("select pg_drop_replication_slot(slot_name) from pg_replication_slots");
  }
}
