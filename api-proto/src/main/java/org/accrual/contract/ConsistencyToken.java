package org.accrual.contract;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * A stream and the version a reader wants to see at least. Clients treat {@link #encoded} as
 * opaque.
 *
 * @param streamType {@code study}, {@code site} or {@code enrollment}
 * @param streamId id of the stream within its type
 * @param version at least 1
 */
public record ConsistencyToken(String streamType, String streamId, long version) {

  /** URL-safe, at most 512 characters for ids within their bounds. */
  public String encoded() {
    String text = version + ":" + streamType + ":" + streamId;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The token of its encoded form; empty if it is not one of ours. */
  public static Optional<ConsistencyToken> decode(String encoded) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
      String[] parts = text.split(":", 3);
      if (parts.length < 3 || parts[1].isEmpty() || parts[2].isEmpty()) {
        return Optional.empty();
      }
      long version = Long.parseLong(parts[0]);
      return version < 1
          ? Optional.empty()
          : Optional.of(new ConsistencyToken(parts[1], parts[2], version));
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }
}
