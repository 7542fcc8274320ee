package org.accrual.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * Every released version of every schema, as it was released: {@code history/TYPE/VERSION.avsc} on
 * the class path. What was once written with one of them is read with it for ever.
 */
final class SchemaHistory {
  private static final Map<String, Schema> READ = new ConcurrentHashMap<>();

  private SchemaHistory() {}

  static Optional<Schema> of(String type, int version) {
    String resource = "/history/" + type + "/" + version + ".avsc";
    Schema known = READ.get(resource);
    if (known != null) {
      return Optional.of(known);
    }
    // What is not there is looked for again: only what is ours takes memory.
    Optional<Schema> found = read(resource);
    found.ifPresent(schema -> READ.put(resource, schema));
    return found;
  }

  /** A version of a type. */
  record Release(String type, int version) {}

  /**
   * All releases, first to last: {@code history/RELEASES}, a line each, to which lines are added.
   */
  static List<Release> releases() {
    try (InputStream found = SchemaHistory.class.getResourceAsStream("/history/RELEASES")) {
      if (found == null) {
        return List.of();
      }
      return new String(found.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" "))
          .map(parts -> new Release(parts[0], Integer.parseInt(parts[1])))
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("history/RELEASES", unreadable);
    }
  }

  private static Optional<Schema> read(String resource) {
    try (InputStream found = SchemaHistory.class.getResourceAsStream(resource)) {
      // A parser of its own: versions of a schema share their name.
      return found == null ? Optional.empty() : Optional.of(new Schema.Parser().parse(found));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(resource, unreadable);
    }
  }
}
