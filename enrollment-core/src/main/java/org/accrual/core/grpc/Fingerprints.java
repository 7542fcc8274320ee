package org.accrual.core.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Tells whether two requests with one id have the same content. Keyed: a plain hash of kits with
 * their arms could be guessed back to them. With another key, repetitions of requests that were
 * accepted before are refused as REQUEST_ID_REUSED.
 */
public final class Fingerprints {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MIN_KEY_BYTES = 32;

  private final SecretKeySpec key;

  private Fingerprints(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /** Key {@code accrual.core.fingerprint-key}: at least 32 bytes, base64. It is never shown. */
  public static Fingerprints read(Settings settings) {
    String name = "accrual.core.fingerprint-key";
    String allowed = "at least %d random bytes, base64".formatted(MIN_KEY_BYTES);
    String value = settings.secret(name);
    try {
      byte[] key = Base64.getDecoder().decode(value.strip());
      if (key.length >= MIN_KEY_BYTES) {
        return new Fingerprints(key);
      }
    } catch (IllegalArgumentException notBase64) {
      InvalidSetting invalid = new InvalidSetting(name, "(not shown)", allowed);
      invalid.initCause(notBase64);
      throw invalid;
    }
    throw new InvalidSetting(name, value.isEmpty() ? "" : "(not shown)", allowed);
  }

  /** HMAC-SHA-256 of the request without its id, with maps in the order of their keys. */
  String of(Message request) {
    FieldDescriptor requestId = request.getDescriptorForType().findFieldByName("request_id");
    Message content =
        requestId == null ? request : request.toBuilder().clearField(requestId).build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.getSerializedSize());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      content.writeTo(out);
      out.flush();
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(bytes.toByteArray()));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } catch (GeneralSecurityException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
