package org.accrual.consumers.randomization;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Draws uniformly distributed numbers that a seed and a label determine: HMAC-SHA-256 of the label
 * and a counter, read as 31-bit integers, with rejection so that no number is favoured.
 */
final class SeededDraws {
  private static final long RANGE = 1L << 31;

  private final Mac mac;
  private final String label;
  private ByteBuffer numbers = ByteBuffer.allocate(0);
  private int counter;

  SeededDraws(byte[] seed, String label) {
    try {
      this.mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(seed, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks HmacSHA256", e);
    }
    this.label = label;
  }

  /** Returns the next number from 0 to {@code bound - 1}. */
  int below(int bound) {
    long limit = RANGE - RANGE % bound;
    while (true) {
      int number = next();
      if (number < limit) {
        return number % bound;
      }
    }
  }

  private int next() {
    if (!numbers.hasRemaining()) {
      numbers =
          ByteBuffer.wrap(mac.doFinal((label + "/" + counter++).getBytes(StandardCharsets.UTF_8)));
    }
    return numbers.getInt() & Integer.MAX_VALUE;
  }
}
