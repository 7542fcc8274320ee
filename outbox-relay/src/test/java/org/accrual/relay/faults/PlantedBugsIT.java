package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.accrual.fixtures.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power of the checker: each planted bug must be found by its own symptom, and a sound relay
 * passes the same plan with the same seed.
 */
@Tag("faults")
class PlantedBugsIT {
  private static final FaultRun.Plan PLAN =
      new FaultRun.Plan(4, 0, 0, 2 * KillPoint.values().length);
  private static final long SEED = Seeds.of(PlantedBugsIT.class);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void isFoundByItsSymptom(PlantedBug bug) throws Exception {
    FaultRun.Outcome outcome = run(bug.editsAndKillPoints());

    assertThat(bug.symptom().isIn(outcome))
        .as("seed %d: %s is expected to show %s: %s", SEED, bug, bug.symptom(), outcome)
        .isTrue();
  }

  @Test
  void aSoundRelayPassesTheSamePlan() throws Exception {
    FaultRun.Outcome outcome = run(KillPoint.all());

    assertThat(outcome.drained()).as("seed %d: %s", SEED, outcome).isTrue();
    assertThat(outcome.findings().clean()).as("seed %d: %s", SEED, outcome).isTrue();
    assertThat(outcome.deaths()).containsOnlyKeys(KillPoint.values());
  }

  private FaultRun.Outcome run(List<Edit> edits) throws Exception {
    Path classes = Edit.compile(edits, folder);
    return new FaultRun(PLAN, SEED, folder.resolve("run"), List.of(classes)).run();
  }
}
