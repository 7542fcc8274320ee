package org.accrual.relay.recovery;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * A temporary table with the ids of the records on the topics, some 50 bytes a record on the
 * database's disk. Copied as they are read: memory holds one buffer of them.
 */
final class PublishedRecords {
  private static final int BUFFER = 64 * 1024;

  private PublishedRecords() {}

  static void createTable(Statement statement) throws SQLException {
    statement.execute("create temporary table published_record (id uuid, written_at timestamptz)");
  }

  /** Copies the records of these topics into the table. */
  static void copy(Connection connection, TopicScan scan, Set<String> topics, Instant since)
      throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    try (Writer copy =
        new BufferedWriter(
            new OutputStreamWriter(
                new PGCopyOutputStream(postgres, "copy published_record from stdin", BUFFER),
                StandardCharsets.UTF_8))) {
      scan.each(topics, since, record -> write(copy, record));
    } catch (IOException | UncheckedIOException e) {
      throw new SQLException("the published records could not be copied to the database", e);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("analyze published_record");
    }
  }

  private static void write(Writer copy, PublishedRecord record) {
    try {
      copy.write(record.id().toString());
      copy.write('\t');
      copy.write(record.writtenAt().map(Instant::toString).orElse("\\N"));
      copy.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
