package org.accrual.core.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Fingerprints by which two requests with one id are compared. They are keyed: a plain hash of kits
 * with their arms could be guessed back to them. The first key makes the stored fingerprint, each
 * key recognizes a repetition. To change the key while several processes run: add the new one as
 * the second in all of them, then make it the first, then remove the old one after {@code
 * accrual.answers.retention}.
 */
public final class Fingerprints {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MIN_KEY_BYTES = 32;

  private final List<SecretKeySpec> keys;

  private Fingerprints(List<SecretKeySpec> keys) {
    this.keys = keys;
  }

  /**
   * Reads {@code accrual.core.fingerprint-key}: one or more keys of at least 32 bytes, base64,
   * separated by commas. They are never shown.
   *
   * @throws InvalidSetting if it is missing or one of them is no such key
   */
  public static Fingerprints read(Settings settings) {
    String name = "accrual.core.fingerprint-key";
    String allowed =
        "at least %d random bytes, base64; several separated by commas".formatted(MIN_KEY_BYTES);
    String value = settings.secret(name);
    try {
      List<byte[]> keys =
          Arrays.stream(value.split(",", -1))
              .map(key -> Base64.getDecoder().decode(key.strip()))
              .toList();
      if (keys.stream().allMatch(key -> key.length >= MIN_KEY_BYTES)) {
        return new Fingerprints(
            keys.stream().map(key -> new SecretKeySpec(key, ALGORITHM)).toList());
      }
    } catch (IllegalArgumentException notBase64) {
      InvalidSetting invalid = new InvalidSetting(name, "(not shown)", allowed);
      invalid.initCause(notBase64);
      throw invalid;
    }
    throw new InvalidSetting(name, value.isEmpty() ? "" : "(not shown)", allowed);
  }

  /**
   * Returns the HMAC-SHA-256 of the request without its id, with maps in the order of their keys,
   * by each key.
   */
  List<String> of(Message request) {
    FieldDescriptor requestId = request.getDescriptorForType().findFieldByName("request_id");
    Message content =
        requestId == null ? request : request.toBuilder().clearField(requestId).build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.getSerializedSize());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      content.writeTo(out);
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return keys.stream().map(key -> hmac(key, bytes.toByteArray())).toList();
  }

  private static String hmac(SecretKeySpec key, byte[] content) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(content));
    } catch (GeneralSecurityException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
