package org.accrual.core.grpc;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.accrual.runtime.grpc.Errors;

/**
 * Page sizes and tokens of lists. A token is opaque to clients: the last key of the page before.
 */
final class Pages {
  private static final int DEFAULT_SIZE = 50;
  private static final int MAX_SIZE = 1000;

  private Pages() {}

  /** 0 means 50. INVALID_ARGUMENT below 0 and above 1000. */
  static int size(int asked) {
    if (asked < 0 || asked > MAX_SIZE) {
      throw Errors.invalid("page_size", "must be from 0 to " + MAX_SIZE);
    }
    return asked == 0 ? DEFAULT_SIZE : asked;
  }

  static String token(String lastKey) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(lastKey.getBytes(StandardCharsets.UTF_8));
  }

  /** The key of a token; empty for the first page. INVALID_ARGUMENT if it is none of ours. */
  static String key(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notOurs) {
      throw unknown();
    }
  }

  static io.grpc.StatusRuntimeException unknown() {
    return Errors.invalid("page_token", "is no token that this list has given out");
  }
}
