package org.accrual.consumers.query;

import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_UNSPECIFIED;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokenTest {
  private static final UUID LAST = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
  private static final EnrollmentFilter FILTER =
      new EnrollmentFilter("study", "site", ENROLLMENT_STATE_ELIGIBLE);

  @Test
  void goesOnBehindTheLastOne() {
    assertThat(PageToken.decode(FILTER, PageToken.of(FILTER, LAST))).contains(LAST);
  }

  @Test
  void isOfOneFilterOnly() {
    String token = PageToken.of(FILTER, LAST);

    assertThat(
            PageToken.decode(
                new EnrollmentFilter("other", "site", ENROLLMENT_STATE_ELIGIBLE), token))
        .isEmpty();
    assertThat(
            PageToken.decode(new EnrollmentFilter("study", "", ENROLLMENT_STATE_ELIGIBLE), token))
        .isEmpty();
    assertThat(
            PageToken.decode(
                new EnrollmentFilter("study", "site", ENROLLMENT_STATE_UNSPECIFIED), token))
        .isEmpty();
  }

  @Test
  void idsThatRunTogetherAlikeAreDifferentFilters() {
    assertThat(new EnrollmentFilter("ab", "c", ENROLLMENT_STATE_ELIGIBLE).fingerprint())
        .isNotEqualTo(new EnrollmentFilter("a", "bc", ENROLLMENT_STATE_ELIGIBLE).fingerprint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "not base64!", "AAAA", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0"})
  void whatIsNoTokenIsNone(String text) {
    assertThat(PageToken.decode(FILTER, text)).isEmpty();
  }
}
