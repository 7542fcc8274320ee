package org.accrual.consumers.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/**
 * A file as browsers get it.
 *
 * @param type its media type
 * @param etag changes with its content
 */
@SuppressWarnings("ArrayRecordComponent") // never changed, never compared
record Asset(byte[] bytes, byte[] zipped, String type, String etag) {
  private static final int ETAG_CHARACTERS = 32;

  static Asset of(byte[] bytes, String type) {
    return new Asset(bytes, zip(bytes), type, etag(bytes));
  }

  private static byte[] zip(byte[] bytes) {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
    return zipped.toByteArray();
  }

  private static String etag(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash).substring(0, ETAG_CHARACTERS);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
