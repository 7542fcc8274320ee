package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.accrual.fixtures.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing is lost, nothing is repeated, and the order is kept, whatever is killed. {@code -Pfaults}
 * makes it long: 50 kills of the relay, 5 of the broker, 3 of PostgreSQL, and 20 deaths at the kill
 * points. {@code -Dfaults.seed=N} repeats a run's schedule.
 */
class FaultIT {
  private final long seed = Seeds.of(FaultIT.class);

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
  void deathsAtTheKillPointsLoseAndRepeatNothing() throws Exception {
    Path classes = Edit.compile(KillPoint.all(), folder);
    FaultRun.Plan plan = new FaultRun.Plan(0, 0, 0, 20);

    FaultRun.Outcome outcome =
        new FaultRun(plan, seed, folder.resolve("run"), List.of(classes)).run();

    assertClean(outcome);
    assertThat(outcome.deaths()).containsOnlyKeys(KillPoint.values());
  }

  private void assertClean(FaultRun.Outcome outcome) {
    assertThat(outcome.drained()).as("seed %d: %s", seed, outcome).isTrue();
    assertThat(outcome.findings().expected()).isPositive();
    assertThat(outcome.findings().clean()).as("seed %d: %s", seed, outcome).isTrue();
  }
}
