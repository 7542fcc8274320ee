package org.accrual.consumers.randomization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.accrual.consumers.randomization.RandomizationDecision.Allocate;
import org.accrual.consumers.randomization.RandomizationDecision.Refuse;
import org.accrual.consumers.randomization.RandomizationDecision.Wait;
import org.accrual.consumers.randomization.StudyDesign.Arm;
import org.accrual.consumers.randomization.StudyDesign.Factor;
import org.junit.jupiter.api.Test;

class RandomizationDecisionTest {
  private static final StudyDesign STUDY =
      new StudyDesign(
          2,
          List.of(new Arm("a", 1), new Arm("b", 2)),
          List.of(new Factor("sex", List.of("f", "m")), new Factor("age", List.of("<65", ">=65"))),
          List.of(2, 3, 4),
          true,
          SealedSeed.NONE);

  @Test
  void aPatientIsAllocatedInTheStratumOfItsLevels() {
    assertThat(decide(Map.of("age", ">=65", "sex", "f"))).isEqualTo(new Allocate(List.of(1, 2)));
    assertThat(decide(Map.of("sex", "m", "age", "<65"))).isEqualTo(new Allocate(List.of(2, 1)));
  }

  @Test
  void aStudyWithoutFactorsHasOneStratum() {
    StudyDesign plain =
        new StudyDesign(1, STUDY.arms(), List.of(), List.of(2), true, SealedSeed.NONE);

    assertThat(RandomizationDecision.of(plain, Map.of(), 1)).isEqualTo(new Allocate(List.of()));
    assertThat(RandomizationDecision.of(plain, Map.of("sex", "f"), 1))
        .isEqualTo(new Refuse("STRATUM_UNKNOWN"));
  }

  @Test
  void whatIsNotExactlyOneKnownLevelOfEachFactorIsRefused() {
    Refuse unknown = new Refuse("STRATUM_UNKNOWN");

    assertThat(decide(Map.of("sex", "f"))).isEqualTo(unknown);
    assertThat(decide(Map.of("sex", "f", "age", "70"))).isEqualTo(unknown);
    assertThat(decide(Map.of("sex", "f", "age", "<65", "country", "at"))).isEqualTo(unknown);
    assertThat(decide(Map.of())).isEqualTo(unknown);
  }

  @Test
  void aStudyNotHeardOfFarEnoughIsWaitedFor() {
    assertThat(RandomizationDecision.of(STUDY, Map.of(), 3)).isEqualTo(new Wait());
    assertThat(RandomizationDecision.of(StudyDesign.UNKNOWN, Map.of(), 0)).isEqualTo(new Wait());
  }

  private static RandomizationDecision decide(Map<String, String> levels) {
    return RandomizationDecision.of(STUDY, levels, 2);
  }
}
