package org.accrual.runtime.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The page that a list request asks for (AIP-158). A page token is opaque to clients: a fingerprint
 * of the request's other fields, and the key of the last item of the page before. It is good for
 * the list it was given out by and no other.
 */
public final class PageRequest {
  private static final int DEFAULT_SIZE = 50;
  private static final int MAX_SIZE = 1000;
  private static final int FINGERPRINT_BYTES = 8;

  /** Fields that may change from page to page. */
  private static final List<String> NOT_FILTER =
      List.of("page_size", "page_token", "min_consistency_token");

  private final byte[] fingerprint;
  private final int size;
  private final Optional<List<String>> after;

  private PageRequest(byte[] fingerprint, int size, Optional<List<String>> after) {
    this.fingerprint = fingerprint;
    this.size = size;
    this.after = after;
  }

  /**
   * Reads {@code page_size} and {@code page_token}; the request's other fields are the filter.
   *
   * @throws StatusRuntimeException INVALID_ARGUMENT for a negative size or a token of another list
   */
  public static PageRequest of(Message request) {
    int asked = (int) request.getField(field(request, "page_size"));
    if (asked < 0) {
      throw Errors.invalid("page_size", "must not be negative");
    }
    byte[] fingerprint = fingerprint(request);
    String token = (String) request.getField(field(request, "page_token"));
    return new PageRequest(
        fingerprint,
        asked == 0 ? DEFAULT_SIZE : Math.min(asked, MAX_SIZE),
        token.isEmpty() ? Optional.empty() : Optional.of(key(token, fingerprint)));
  }

  /** Returns how many items to answer at most: 50 if the request names none, never above 1000. */
  public int size() {
    return size;
  }

  /**
   * Returns the key after which the page begins; empty on the first page.
   *
   * @param parts of how many texts the key consists
   * @param parse reads them; IllegalArgumentException if they are no key
   * @throws StatusRuntimeException INVALID_ARGUMENT if they are no key
   */
  public <K> Optional<K> after(int parts, Function<List<String>, K> parse) {
    try {
      return after.map(
          key -> {
            if (key.size() != parts) {
              throw new IllegalArgumentException("%d parts".formatted(key.size()));
            }
            return parse.apply(key);
          });
    } catch (IllegalArgumentException notAKey) {
      throw unknown();
    }
  }

  /** Returns the token of the page that begins after a key. */
  public String tokenAfter(Object... key) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(fingerprint);
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      for (Object part : key) {
        out.writeUTF(part.toString());
      }
    } catch (IOException tooLong) {
      throw new UncheckedIOException(tooLong);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
  }

  private static List<String> key(String token, byte[] fingerprint) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException notBase64) {
      throw unknown();
    }
    if (bytes.length < FINGERPRINT_BYTES
        || !Arrays.equals(bytes, 0, FINGERPRINT_BYTES, fingerprint, 0, FINGERPRINT_BYTES)) {
      throw unknown();
    }
    List<String> key = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(
            new ByteArrayInputStream(bytes, FINGERPRINT_BYTES, bytes.length - FINGERPRINT_BYTES))) {
      while (in.available() > 0) {
        String part = in.readUTF();
        if (part.indexOf('\0') >= 0) {
          throw unknown();
        }
        key.add(part);
      }
    } catch (IOException cutOff) {
      throw unknown();
    }
    return key;
  }

  private static byte[] fingerprint(Message request) {
    Message.Builder filter = request.toBuilder();
    request.getDescriptorForType().getFields().stream()
        .filter(field -> NOT_FILTER.contains(field.getName()))
        .forEach(filter::clearField);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.useDeterministicSerialization();
      out.writeStringNoTag(request.getDescriptorForType().getFullName());
      filter.build().writeTo(out);
      out.flush();
      return Arrays.copyOf(digest.digest(bytes.toByteArray()), FINGERPRINT_BYTES);
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }

  private static FieldDescriptor field(Message request, String name) {
    return request.getDescriptorForType().findFieldByName(name);
  }

  private static StatusRuntimeException unknown() {
    return Errors.invalid("page_token", "is not a next_page_token of a list with this filter");
  }
}
