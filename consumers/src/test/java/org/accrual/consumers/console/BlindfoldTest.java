package org.accrual.consumers.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.accrual.api.enrollment.v1.UnblindResponse;
import org.accrual.api.ops.v1.GetDeadLetterResponse;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.ListStudiesResponse;
import org.accrual.api.study.v1.Study;
import org.junit.jupiter.api.Test;

class BlindfoldTest {

  @Test
  void coversArmsWhereverTheyStand() {
    ListStudiesResponse studies =
        ListStudiesResponse.newBuilder()
            .addStudies(
                Study.newBuilder()
                    .setStudyId("S")
                    .setTarget(7)
                    .addArms(Arm.newBuilder().setArmId("PLACEBO")))
            .build();

    assertThat(Call.answer(studies))
        .doesNotContain("PLACEBO")
        .contains("\"studyId\":\"S\"", "\"target\":7");
    assertThat(Call.answer(UnblindResponse.newBuilder().setArmId("PLACEBO").build()))
        .doesNotContain("PLACEBO");
  }

  @Test
  void coversArmsAndBlocksInPayloadsAndLeavesRawBytesOut() {
    GetDeadLetterResponse letter =
        GetDeadLetterResponse.newBuilder()
            .setPayloadJson(
                """
                {"study_id": "S", "arms": [{"arm_id": "PLACEBO"}], "block": [1, 2],
                 "kits": [{"kit_id": "K", "sealed_arm": "PLACEBO"}]}
                """)
            .setValue(ByteString.copyFromUtf8("PLACEBO"))
            .putHeaders("ce_id", "1")
            .build();

    String shown = Call.answer(letter);

    assertThat(shown).doesNotContain("PLACEBO", "UExBQ0VCTw").contains("(not shown)", "ce_id");
    assertThat(shown).contains("\\\"kit_id\\\":\\\"K\\\"");
  }

  @Test
  void doesNotShowWhatItCannotLookThrough() {
    assertThat(Call.answer(GetDeadLetterResponse.newBuilder().setPayloadJson("{PLACEBO").build()))
        .doesNotContain("PLACEBO");
  }
}
