package org.accrual.relay.stream.encoding;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Feeds the JSON encoder with documents as SQL may publish them, mutated as text. Each must be
 * refused with a reason, or become Avro that is read again.
 */
final class JsonFuzz {
  private static final long MOST_BYTES_AN_INPUT = 64L << 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Two kinds of nodes alike: what does not fit at the bottom may be read in 2^depth ways. */
  static final Schema TREE =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Left", "fields": [
                {"name": "n", "type": ["null", "int"], "default": null},
                {"name": "of", "default": null, "type": ["null", "Left",
                  {"type": "record", "name": "Right", "fields": [
                    {"name": "n", "type": ["null", "int"], "default": null},
                    {"name": "of", "type": ["null", "Left", "Right"], "default": null}]}]}]}
              """);

  private static final List<String> SEEDS =
      List.of(
          "{\"id\":\"1\",\"n\":7,\"long\":9223372036854775807,\"at\":\"1970-01-01T00:00:01Z\"}",
          "{\"id\":\"ü\",\"note\":null,\"value\":5.5,\"kind\":\"B\",\"raw\":\"\u00ff\"}",
          "{\"id\":\"1\",\"tags\":{\"a\":\"b\"},\"parts\":[{\"x\":1},{\"x\":-2.5e10}]}",
          "{\"n\":1,\"of\":{\"n\":2,\"of\":{\"of\":{\"n\":null}}}}",
          "{\"of\":{\"Left\":{\"of\":{\"Right\":{\"n\":3}}}}}");

  private static final List<String> PIECES =
      List.of(
          "null",
          "{}",
          "[]",
          "\"\"",
          "1e999",
          "-1",
          "99999999999999999999",
          "{\"of\":",
          "[[[[",
          "}",
          "true",
          "\\ud800",
          "\u0000",
          ":",
          ",",
          "\"string\":",
          "2026-02-30T25:61:00Z");

  private final Schema result;
  private final SplittableRandom random;
  private int encoded;
  private int refused;

  /**
   * @param result a schema with something of everything
   */
  JsonFuzz(Schema result, long seed) {
    this.result = result;
    this.random = new SplittableRandom(seed);
  }

  void run(int inputs) {
    for (int i = 0; i < inputs; i++) {
      String text = mutated(SEEDS.get(random.nextInt(SEEDS.size())));
      Schema schema = random.nextBoolean() ? result : TREE;
      long before = MEMORY.getCurrentThreadAllocatedBytes();
      one(text, schema);
      assertThat(MEMORY.getCurrentThreadAllocatedBytes() - before)
          .as(text)
          .isLessThan(MOST_BYTES_AN_INPUT);
    }
    assertThat(encoded).isGreaterThan(inputs / 50);
    assertThat(refused).isGreaterThan(inputs / 50);
  }

  private void one(String text, Schema schema) {
    try {
      JsonNode json = JSON.readTree(text);
      byte[] avro = JsonToAvro.encode(json, schema);
      BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(avro, null);
      Object read = new GenericDatumReader<>(schema).read(null, decoder);
      assertThat(decoder.isEnd()).as(text).isTrue();
      assertThat(read.toString()).as(text).doesNotContain("Infinity", "NaN");
      encoded++;
    } catch (JsonProcessingException | JsonToAvro.Misfit why) {
      assertThat(why.getMessage()).isNotBlank();
      refused++;
    } catch (java.io.IOException notRead) {
      throw new AssertionError(text, notRead);
    }
  }

  private String mutated(String text) {
    byte[] now = text.getBytes(UTF_8);
    for (int times = random.nextInt(5); times > 0 && now.length > 0; times--) {
      int at = random.nextInt(now.length);
      ByteArrayOutputStream next = new ByteArrayOutputStream();
      next.write(now, 0, at);
      switch (random.nextInt(5)) {
        case 0 -> next.write(random.nextInt(256));
        case 1 -> next.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(UTF_8));
        case 2 -> {} // cut off
        case 3 -> next.write(now, at + 1, now.length - at - 1); // one less
        default -> next.write(now, at, now.length - at);
      }
      if (random.nextBoolean()) {
        next.write(now, at, now.length - at);
      }
      now = next.toByteArray();
    }
    return new String(now, UTF_8);
  }
}
