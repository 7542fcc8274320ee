package org.accrual.intake;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** What is kept in order and counted by the gate: the records of one key on one topic. */
public record StreamKey(String topic, String key) implements Comparable<StreamKey> {
  private static final int LONGEST = 512;
  private static final int LONGEST_HEX = 100;

  /** A record's. */
  static StreamKey of(ConsumerRecord<byte[], byte[]> record) {
    byte @Nullable [] key = record.key();
    String text = key == null ? "(no key)" : text(key).orElseGet(() -> standIn(key));
    return new StreamKey(record.topic(), text);
  }

  /** A key as text; empty if it is none that the outbox could have written. */
  static Optional<String> text(byte[] key) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
      return text.isEmpty() || text.length() > LONGEST || text.indexOf('\0') >= 0
          ? Optional.empty()
          : Optional.of(text);
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
  }

  /** For a key that is no text: the same for the same bytes. */
  private static String standIn(byte[] key) {
    if (key.length <= LONGEST_HEX) {
      return "\\x" + HexFormat.of().formatHex(key);
    }
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }

  /**
   * By topic, then key: the order in which rows are locked, so that two batches cannot deadlock.
   */
  @Override
  public int compareTo(StreamKey other) {
    int byTopic = topic.compareTo(other.topic);
    return byTopic != 0 ? byTopic : key.compareTo(other.key);
  }

  @Override
  public String toString() {
    return topic + " key " + key;
  }
}
