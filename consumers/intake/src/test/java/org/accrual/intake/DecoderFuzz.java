package org.accrual.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.accrual.fixtures.EventEncoding;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Feeds the decoder with the golden payloads of all versions of all types, mutated, under headers
 * that fit, do not fit, or are nonsense. Every record must turn out a message or unreadable, within
 * bounds of memory.
 */
final class DecoderFuzz {
  /** A record's bytes are fewer than a thousand. */
  private static final long MOST_BYTES_AN_INPUT = 8L << 20;

  private static final List<Schema> SCHEMAS = EventSchemas.released();
  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final MessageDecoder decoder = new MessageDecoder(DecoderFuzz::byId);
  private final List<byte[]> payloads = SCHEMAS.stream().map(DecoderFuzz::golden).toList();
  private final SplittableRandom random;
  private int read;
  private int unreadable;

  DecoderFuzz(long seed) {
    random = new SplittableRandom(seed);
  }

  void run(int inputs) {
    for (int i = 0; i < inputs; i++) {
      ConsumerRecord<byte[], byte[]> record = record();
      long before = MEMORY.getCurrentThreadAllocatedBytes();
      switch (decoder.decode(record)) {
        case Message message -> read += message.parts().isEmpty() ? 0 : 1;
        case Unreadable _ -> unreadable++;
      }
      assertThat(MEMORY.getCurrentThreadAllocatedBytes() - before)
          .as("bytes for %s", record)
          .isLessThan(MOST_BYTES_AN_INPUT);
    }
    // Else it would be fed with nothing but rubbish, or with nothing broken.
    assertThat(read).isGreaterThan(inputs / 50);
    assertThat(unreadable).isGreaterThan(inputs / 50);
  }

  private ConsumerRecord<byte[], byte[]> record() {
    int which = random.nextInt(SCHEMAS.size());
    int id = random.nextInt(8) == 0 ? random.nextInt() : which + 1;
    byte[] payload = payloads.get(which);
    ByteBuffer value = ByteBuffer.allocate(5 + payload.length).put((byte) 0).putInt(id);
    byte[] bytes = mutated(value.put(payload).array());
    Schema claimed = SCHEMAS.get(random.nextInt(4) == 0 ? random.nextInt(SCHEMAS.size()) : which);
    return IntakeFixtures.record(0, 0, "key", bytes, headers(claimed));
  }

  private List<Header> headers(Schema schema) {
    List<Header> headers = new ArrayList<>();
    header(headers, Headers.ID, new UUID(random.nextLong(), random.nextLong()).toString());
    header(headers, Headers.TYPE, EventSchemas.typeOf(schema));
    header(headers, Headers.TIME, Instant.EPOCH.toString());
    header(headers, Headers.SEQUENCE, "1");
    if (random.nextBoolean()) {
      header(headers, Headers.SCHEMA_VERSION, Integer.toString(EventSchemas.versionOf(schema)));
    }
    return headers;
  }

  private void header(List<Header> headers, String name, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    headers.add(
        EventEncoding.header(
            name, new String(random.nextInt(40) == 0 ? mutated(bytes) : bytes, UTF_8)));
  }

  /** A third stays as it is in its first half, so that what is behind is reached. */
  private byte[] mutated(byte[] bytes) {
    byte[] now = bytes.clone();
    for (int times = random.nextInt(4); times > 0 && now.length > 0; times--) {
      int at = random.nextInt(3) == 0 ? now.length / 2 : random.nextInt(now.length);
      now =
          switch (random.nextInt(6)) {
            case 0 -> cut(now, at);
            case 1 -> with(now, at, random.nextInt());
            // The largest lengths that a number of Avro's can say.
            case 2 -> spliced(now, at, HexFormat.of().parseHex("feffffff0f"));
            case 3 -> spliced(now, at, HexFormat.of().parseHex("ffffffffffffffffff01"));
            case 4 -> spliced(now, at, cut(now, at));
            default -> with(now, at, 1 << random.nextInt(8) ^ now[at]);
          };
    }
    return now;
  }

  private static byte[] cut(byte[] bytes, int at) {
    return java.util.Arrays.copyOf(bytes, at);
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    if (at < bytes.length) {
      bytes[at] = (byte) value;
    }
    return bytes;
  }

  private static byte[] spliced(byte[] bytes, int at, byte[] more) {
    return ByteBuffer.allocate(bytes.length + more.length)
        .put(bytes, 0, at)
        .put(more)
        .put(bytes, at, bytes.length - at)
        .array();
  }

  private static Schema byId(int id) {
    if (id < 1 || id > SCHEMAS.size()) {
      throw new UnknownSchema("no schema " + id);
    }
    return SCHEMAS.get(id - 1);
  }

  private static byte[] golden(Schema schema) {
    String name =
        "/history/%s/%d.hex".formatted(EventSchemas.typeOf(schema), EventSchemas.versionOf(schema));
    try (InputStream found = EventSchemas.class.getResourceAsStream(name)) {
      return HexFormat.of().parseHex(new String(found.readAllBytes(), UTF_8).strip());
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }
}
