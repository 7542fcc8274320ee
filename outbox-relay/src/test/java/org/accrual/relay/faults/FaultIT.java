package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing lost, nothing repeated, order intact, whatever is killed. {@code -Pfaults} makes it long:
 * 50 kills of the relay, 5 of the broker, 3 of PostgreSQL, and 20 deaths at the points that matter.
 * {@code -Dfaults.seed=N} repeats a run's schedule.
 */
class FaultIT {
  private final long seed = Long.getLong("faults.seed", System.nanoTime() & 0xFFFF);

  @TempDir Path folder;

  @Test
  void killsAtRandomLoseAndRepeatNothing() throws Exception {
    FaultRun.Plan plan =
        new FaultRun.Plan(
            Integer.getInteger("faults.relay-kills", 2),
            Integer.getInteger("faults.kafka-kills", 1),
            Integer.getInteger("faults.postgres-kills", 1),
            0);

    assertClean(new FaultRun(plan, seed, folder, List.of()).run());
  }

  @Test
  @Tag("faults")
  void deathsAtThePointsThatMatterLoseAndRepeatNothing() throws Exception {
    Path classes = Edit.compile(KillPoint.all(), folder);
    FaultRun.Plan plan = new FaultRun.Plan(0, 0, 0, 20);

    assertClean(new FaultRun(plan, seed, folder.resolve("run"), List.of(classes)).run());
  }

  private void assertClean(Findings findings) {
    assertThat(findings.expected()).isPositive();
    assertThat(findings.clean()).as("seed %d: %s", seed, findings).isTrue();
  }
}
