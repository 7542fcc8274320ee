package org.accrual.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * Every released version of every schema, as it was released: {@code history/TYPE/VERSION.avsc} on
 * the class path. What was once written with one of them is read with it for ever.
 */
final class SchemaHistory {
  private static final Map<String, Optional<Schema>> READ = new ConcurrentHashMap<>();

  private SchemaHistory() {}

  static Optional<Schema> of(String type, int version) {
    return READ.computeIfAbsent("/history/" + type + "/" + version + ".avsc", SchemaHistory::read);
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
