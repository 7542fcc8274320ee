package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.accrual.intake.CrashRun.Findings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Processes that come and go by force. The short form is in every build, the rest with -Pfaults.
 */
class CrashIT {
  private static final long SEED = Long.getLong("faults.seed", 20_261_125L);

  @Test
  void threeProcessesKilledStoppedAndHungLoseAndRepeatNothing() throws Exception {
    int faults = Integer.getInteger("faults.interruptions", 3);

    Findings findings = run(10, PlantedBug.NONE, faults);

    assertThat(findings).isEqualTo(new Findings(findings.events(), 0, 0, 0, 0));
  }

  @Test
  @Tag("faults")
  void withoutTheGateItIsSeen() throws Exception {
    assertThat(run(10, PlantedBug.SKIP_GATE, 2).repeated()).isPositive();
  }

  @Test
  @Tag("faults")
  void anOffsetCommittedFirstIsSeen() throws Exception {
    Findings findings = run(1, PlantedBug.COMMIT_OFFSET_FIRST, 7);

    assertThat(findings.lost() + findings.parked()).isPositive();
  }

  private static Findings run(int deliveries, PlantedBug bug, int faults) throws Exception {
    try (CrashRun run = new CrashRun(SEED, deliveries, bug)) {
      Findings findings = run.run(faults);
      System.out.printf("seed %d, bug %s, %d interruptions: %s%n", SEED, bug, faults, findings);
      return findings;
    }
  }
}
