package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.accrual.fixtures.Seeds;
import org.accrual.intake.CrashRun.Findings;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Processes that are killed, stopped and paused. The short form is in every build, the rest with
 * -Pfaults. {@code -Dfaults.seed=N} repeats a run's load and its order of faults.
 */
class CrashIT {
  private static final long SEED = Seeds.of(CrashIT.class);

  @Test
  void threeProcessesKilledStoppedAndHungLoseAndRepeatNothing() throws Exception {
    int faults = Integer.getInteger("faults.interruptions", 3);

    Findings findings = run(SEED, 10, PlantedBug.NONE, faults);

    assertThat(findings).isEqualTo(new Findings(findings.events(), 0, 0, 0, 0));
  }

  @Test
  @Tag("faults")
  void withoutTheGateItIsSeen() throws Exception {
    assertThat(run(SEED, 10, PlantedBug.SKIP_GATE, 2).repeated()).isPositive();
  }

  /** The same plan with and without the bug: what is found is the bug's. */
  @RepeatedTest(5)
  @Tag("faults")
  void anOffsetOutsideTheTransactionIsSeen(RepetitionInfo repetition) throws Exception {
    long seed = SEED + repetition.getCurrentRepetition();

    Findings sound = run(seed, 1, PlantedBug.NONE, 7);
    Findings findings = run(seed, 1, PlantedBug.OFFSET_OUTSIDE_THE_TRANSACTION, 7);

    assertThat(sound).isEqualTo(new Findings(sound.events(), 0, 0, 0, 0));
    assertThat(findings.lost() + findings.parked()).isPositive();
  }

  private static Findings run(long seed, int deliveries, PlantedBug bug, int faults)
      throws Exception {
    try (CrashRun run = new CrashRun(seed, deliveries, bug)) {
      Findings findings = run.run(faults);
      System.out.printf("seed %d, bug %s, %d interruptions: %s%n", seed, bug, faults, findings);
      return findings;
    }
  }
}
