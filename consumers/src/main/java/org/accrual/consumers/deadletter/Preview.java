package org.accrual.consumers.deadletter;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.api.ops.v1.RedriveRequest;

/**
 * What a preview_token holds: the request that was previewed, and a hash (in hex) over exactly
 * those letters in their order. Nothing is kept on the server.
 */
record Preview(RedriveRequest request, String hash) {
  private static final int HASH_BYTES = 32;

  static Preview of(RedriveRequest request, List<UUID> letters) {
    return new Preview(
        RedriveRequest.newBuilder()
            .setFilter(request.getFilter())
            .setMax(request.getMax())
            .setRate(request.getRate())
            .build(),
        hash(letters));
  }

  static Optional<Preview> decode(String token) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      if (bytes.length < HASH_BYTES) {
        return Optional.empty();
      }
      return Optional.of(
          new Preview(
              RedriveRequest.parseFrom(
                  ByteBuffer.wrap(bytes, HASH_BYTES, bytes.length - HASH_BYTES)),
              HexFormat.of().formatHex(bytes, 0, HASH_BYTES)));
    } catch (IllegalArgumentException | InvalidProtocolBufferException notOurs) {
      return Optional.empty();
    }
  }

  String token() {
    byte[] text = request.toByteArray();
    byte[] token = Arrays.copyOf(HexFormat.of().parseHex(hash), HASH_BYTES + text.length);
    System.arraycopy(text, 0, token, HASH_BYTES, text.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }

  boolean isOf(List<UUID> letters) {
    return hash.equals(hash(letters));
  }

  private static String hash(List<UUID> letters) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (UUID letter : letters) {
        digest.update(
            ByteBuffer.allocate(16)
                .putLong(letter.getMostSignificantBits())
                .putLong(letter.getLeastSignificantBits())
                .array());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
