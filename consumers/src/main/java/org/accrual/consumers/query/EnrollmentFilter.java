package org.accrual.consumers.query;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.accrual.api.enrollment.v1.EnrollmentState;

/**
 * Which enrollments a list is of.
 *
 * @param studyId empty for all
 * @param siteId empty for all
 * @param state unspecified for all
 */
record EnrollmentFilter(String studyId, String siteId, EnrollmentState state) {
  private static final int FINGERPRINT_BYTES = 8;

  /** Of this filter and, but for an accident, no other. */
  byte[] fingerprint() {
    try {
      // Ids hold no line break, so two filters cannot have one text.
      String text = studyId + "\n" + siteId + "\n" + state.getNumber();
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(hash, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
