package org.accrual.core.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import java.util.Map;
import java.util.Optional;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.saga.RejectionReason;
import org.accrual.runtime.grpc.Reasons;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonsTest {
  @ParameterizedTest
  @EnumSource
  @DisplayName("The proto lists every refusal with the code it is answered with")
  void refusals(Refusal.Reason reason) {
    assertThat(Reasons.code(reason.name())).contains(Answers.code(reason));
  }

  @Test
  @DisplayName("The proto lists every rejection of the saga, with the code of its operation")
  void rejections() {
    Map<String, Code> expected =
        Map.of(
            RejectionReason.CANCELLED,
            Code.CANCELLED,
            RejectionReason.PATIENT_WITHDRAWN,
            Code.FAILED_PRECONDITION,
            RejectionReason.STRATUM_UNKNOWN,
            Code.FAILED_PRECONDITION,
            RejectionReason.ENROLLMENT_EXPIRED,
            Code.DEADLINE_EXCEEDED,
            "SITE_CAPACITY_EXHAUSTED",
            Code.RESOURCE_EXHAUSTED,
            "KITS_EXHAUSTED",
            Code.RESOURCE_EXHAUSTED,
            "SITE_NOT_ACTIVE",
            Code.FAILED_PRECONDITION);

    expected.forEach((reason, code) -> assertThat(Reasons.code(reason)).contains(code));
    assertThat(Reasons.isRetryable("SITE_CAPACITY_EXHAUSTED")).isTrue();
    assertThat(Reasons.isRetryable(RejectionReason.STRATUM_UNKNOWN)).isFalse();
    assertThat(Reasons.code("UNHEARD_OF")).isEqualTo(Optional.empty());
  }
}
