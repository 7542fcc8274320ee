package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing lost, nothing repeated, order intact, whatever is killed. {@code -Pfaults} makes it long:
 * 50 kills of the relay, 5 of the broker, 3 of PostgreSQL. {@code -Dfaults.seed=N} repeats a run's
 * schedule.
 */
class FaultIT {
  @TempDir Path folder;

  @Test
  void killsAtRandomLoseAndRepeatNothing() throws Exception {
    FaultRun.Plan plan =
        new FaultRun.Plan(
            Integer.getInteger("faults.relay-kills", 3),
            Integer.getInteger("faults.kafka-kills", 1),
            Integer.getInteger("faults.postgres-kills", 1));
    long seed = Long.getLong("faults.seed", System.nanoTime() & 0xFFFF);

    Findings findings = new FaultRun(plan, seed, folder, List.of()).run();

    assertThat(findings.expected()).isPositive();
    assertThat(findings.clean()).as("seed %d: %s", seed, findings).isTrue();
  }
}
