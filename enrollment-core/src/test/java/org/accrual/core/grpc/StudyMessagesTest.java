package org.accrual.core.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.RandomizationDesign;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.StratificationFactor;
import org.accrual.api.study.v1.StratumCap;
import org.accrual.core.domain.study.AccrualLimits;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StudyMessagesTest {
  @Test
  @DisplayName("Without a randomization design blocks are 2 to 4 times the ratio, by site")
  void hasSafeDefaults() {
    assertThat(StudyMessages.randomization(request(1, 1)))
        .isEqualTo(new org.accrual.core.domain.study.RandomizationDesign(List.of(2, 3, 4), true));
  }

  @Test
  @DisplayName("The design of the request is kept")
  void keepsTheDesign() {
    RegisterStudyRequest request =
        request(50, 50).toBuilder()
            .setRandomization(
                RandomizationDesign.newBuilder().addBlockMultiples(3).setStratifyBySite(false))
            .build();

    assertThat(StudyMessages.randomization(request))
        .isEqualTo(new org.accrual.core.domain.study.RandomizationDesign(List.of(3), false));
  }

  @Test
  @DisplayName("Ratios that make blocks of more than 100 patients are refused, reducible ones not")
  void refusesLargeBlocks() {
    assertThat(StudyMessages.randomization(request(100, 100, 100)).blockMultiples()).isNotEmpty();
    assertThatThrownBy(() -> StudyMessages.randomization(request(33, 33, 34)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("blocks of at least 200 patients, allowed are 100");
  }

  @Test
  @DisplayName("Caps are kept; one on a level that the study does not have is refused")
  void keepsTheLimits() {
    RegisterStudyRequest.Builder request =
        request(1, 1).toBuilder()
            .addFactors(StratificationFactor.newBuilder().setName("sex").addLevels("f"))
            .setStopAtTarget(true)
            .addStratumCaps(StratumCap.newBuilder().putLevels("sex", "f").setMax(7));

    assertThat(StudyMessages.limits(request.build()))
        .isEqualTo(
            new AccrualLimits(true, List.of(new AccrualLimits.StratumCap(Map.of("sex", "f"), 7))));
    request.addStratumCaps(StratumCap.newBuilder().putLevels("sex", "m").setMax(7));
    assertThatThrownBy(() -> StudyMessages.limits(request.build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("no factor 'sex' with the level 'm'");
  }

  private static RegisterStudyRequest request(int... ratios) {
    RegisterStudyRequest.Builder request = RegisterStudyRequest.newBuilder();
    for (int ratio : ratios) {
      request.addArms(Arm.newBuilder().setArmId("A" + request.getArmsCount()).setRatio(ratio));
    }
    return request.build();
  }
}
