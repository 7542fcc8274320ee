package org.accrual.consumers.query;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/** Where a list goes on: behind an enrollment, in the list of one filter. Opaque to clients. */
final class PageToken {
  private static final int UUID_BYTES = 16;

  private PageToken() {}

  static String of(EnrollmentFilter filter, UUID last) {
    byte[] fingerprint = filter.fingerprint();
    byte[] token =
        ByteBuffer.allocate(fingerprint.length + UUID_BYTES)
            .put(fingerprint)
            .putLong(last.getMostSignificantBits())
            .putLong(last.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  /** The enrollment behind which the list goes on; empty if this is no token of that filter's. */
  static Optional<UUID> decode(EnrollmentFilter filter, String encoded) {
    byte[] token;
    try {
      token = Base64.getUrlDecoder().decode(encoded);
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
    byte[] fingerprint = filter.fingerprint();
    if (token.length != fingerprint.length + UUID_BYTES
        || !Arrays.equals(token, 0, fingerprint.length, fingerprint, 0, fingerprint.length)) {
      return Optional.empty();
    }
    ByteBuffer last = ByteBuffer.wrap(token).position(fingerprint.length);
    return Optional.of(new UUID(last.getLong(), last.getLong()));
  }
}
