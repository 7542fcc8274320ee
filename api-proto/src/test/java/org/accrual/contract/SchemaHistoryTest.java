package org.accrual.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No schema changes unseen. Each released version lies in {@code src/main/resources/history} with a
 * payload that was written with it; {@code -Dhistory=write} adds what is current and not there yet.
 */
class SchemaHistoryTest {
  private static final Path HISTORY = Path.of("src/main/resources/history");

  private static final Path RELEASES = HISTORY.resolve("RELEASES");

  static Stream<Schema> current() {
    return EventSchemas.current().values().stream();
  }

  @BeforeAll
  static void write() throws IOException {
    if ("write".equals(System.getProperty("history"))) {
      for (Schema schema : EventSchemas.current().values()) {
        writeNew(schema);
      }
    }
  }

  private static void writeNew(Schema schema) throws IOException {
    Path file = file(schema, EventSchemas.versionOf(schema), ".avsc");
    if (Files.notExists(file)) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, SchemaFormatter.format("json/pretty", schema) + "\n");
      Files.writeString(
          file(schema, EventSchemas.versionOf(schema), ".hex"),
          HexFormat.of().formatHex(Examples.bytes(Examples.of(schema))) + "\n");
      Files.writeString(
          RELEASES,
          "%s %d%n".formatted(EventSchemas.typeOf(schema), EventSchemas.versionOf(schema)),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  /** A change to a schema needs a version of its own, and the versions before it stay. */
  @ParameterizedTest
  @MethodSource("current")
  void theCurrentVersionIsTheLastOfItsHistory(Schema schema) throws IOException {
    assertThat(versions(schema))
        .as("versions of %s in %s", EventSchemas.typeOf(schema), HISTORY)
        .isEqualTo(IntStream.rangeClosed(1, EventSchemas.versionOf(schema)).boxed().toList());
    assertThat(SchemaRules.changes(released(schema, EventSchemas.versionOf(schema)), schema))
        .isEmpty();
  }

  /** Registries are filled in this order, so that they give the same ids. */
  @Test
  void theReleasesAreListedInTheirOrder() throws IOException {
    Map<String, Integer> last = new HashMap<>();
    for (String line : Files.readAllLines(RELEASES)) {
      String type = line.substring(0, line.indexOf(' '));
      int version = Integer.parseInt(line.substring(line.indexOf(' ') + 1));
      assertThat(version).as(line).isEqualTo(last.getOrDefault(type, 0) + 1);
      last.put(type, version);
    }
    Map<String, Integer> current = new HashMap<>();
    EventSchemas.current().forEach((type, s) -> current.put(type, EventSchemas.versionOf(s)));
    assertThat(last).isEqualTo(current);
  }

  @ParameterizedTest
  @MethodSource("current")
  void everyVersionReadsEveryOther(Schema schema) {
    List<String> violations = new ArrayList<>();
    for (int one : versions(schema)) {
      for (int other : versions(schema)) {
        if (one < other) {
          violations.addAll(SchemaRules.violations(released(schema, one), released(schema, other)));
        }
      }
    }
    assertThat(violations).isEmpty();
  }

  /** By today's classes, as the event store reads them; and today's by every version before. */
  @ParameterizedTest
  @MethodSource("current")
  void goldenPayloadsAreRead(Schema schema) throws IOException {
    byte[] today = golden(schema, EventSchemas.versionOf(schema));
    for (int version : versions(schema)) {
      Schema writer = released(schema, version);
      byte[] bytes = golden(schema, version);
      GenericRecord written = Examples.read(bytes, writer, writer);
      assertThat(written).isEqualTo(Examples.of(writer));

      SpecificRecord read =
          new SpecificDatumReader<SpecificRecord>(writer, schema, SpecificData.getForSchema(schema))
              .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
      assertThat(read.getSchema()).isEqualTo(schema);
      GenericRecord resolved = Examples.read(bytes, writer, schema);
      for (Schema.Field field : schema.getFields()) {
        if (writer.getField(field.name()) != null) {
          assertThat(resolved.get(field.name())).isEqualTo(written.get(field.name()));
        }
      }
      Examples.read(today, schema, writer);
    }
  }

  private static Schema released(Schema schema, int version) {
    return EventSchemas.released(EventSchemas.typeOf(schema), version)
        .orElseThrow(() -> new AssertionError("no version %d of %s".formatted(version, schema)));
  }

  private static List<Integer> versions(Schema schema) {
    Path folder = HISTORY.resolve(EventSchemas.typeOf(schema));
    if (Files.notExists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".avsc"))
          .map(name -> Integer.parseInt(name.substring(0, name.indexOf('.'))))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] golden(Schema schema, int version) throws IOException {
    return HexFormat.of().parseHex(Files.readString(file(schema, version, ".hex")).strip());
  }

  private static Path file(Schema schema, int version, String suffix) {
    return HISTORY.resolve(EventSchemas.typeOf(schema)).resolve(version + suffix);
  }
}
