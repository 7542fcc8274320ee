package org.accrual.consumers.projection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.accrual.contract.EventReader;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.intake.Message;
import org.accrual.intake.Position;
import org.accrual.intake.StreamKey;
import org.accrual.runtime.Correlation;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Compares the projection with the fold of the event store, past topics and intake: each row with
 * its stream's events up to the version that the gate says is applied. In one snapshot, so that it
 * may run while everything does.
 */
public final class ProjectionCheck {
  private static final int ROWS_AT_ONCE = 500;
  private static final int SHOWN = 20;
  private static final String EVENTS =
      """
      select e.stream_id, e.version, e.event_id, e.type, e.schema_version, e.payload, e.recorded_at
        from enrollment.event e
        join projection.applied a on a.topic = ? and a.key = e.stream_id and e.version <= a.version
       where e.stream_type = ? order by e.stream_id, e.version
      """;

  private final Connection connection;
  private final List<String> differences = new ArrayList<>();
  private long compared;
  private long different;

  private ProjectionCheck(Connection connection) {
    this.connection = connection;
  }

  /**
   * What it found.
   *
   * @param compared how many rows
   * @param different how many of them are not what their events say
   * @param shown the first of those, one line each
   */
  public record Result(long compared, long different, List<String> shown) {}

  /**
   * Compares all rows.
   *
   * @param connection with autocommit off; its transaction is ended
   */
  public static Result run(Connection connection) throws SQLException {
    connection.rollback();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try {
      ProjectionCheck check = new ProjectionCheck(connection);
      EnrollmentTable enrollments = new EnrollmentTable("projection");
      check.compare(
          "enrollment",
          Topics.ENROLLMENT_EVENTS,
          EnrollmentRow::after,
          EnrollmentRow::enrollmentId,
          ids -> enrollments.read(connection, ids));
      SiteTable sites = new SiteTable("projection");
      check.compare(
          "site",
          Topics.SITE_EVENTS,
          SiteRow::after,
          SiteRow::stream,
          ids -> sites.read(connection, ids));
      return new Result(check.compared, check.different, check.differences);
    } finally {
      connection.rollback();
    }
  }

  private interface Rows<R> {
    Map<String, R> read(Collection<String> keys) throws SQLException;
  }

  private <R> void compare(
      String streamType,
      String topic,
      BiFunction<@Nullable R, Message, R> after,
      Function<R, String> key,
      Rows<R> rows)
      throws SQLException {
    Map<String, R> folded = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(EVENTS)) {
      statement.setString(1, topic);
      statement.setString(2, streamType);
      statement.setFetchSize(1000);
      try (ResultSet events = statement.executeQuery()) {
        @Nullable R row = null;
        while (events.next()) {
          Message message = message(topic, events);
          if (message.version() == 1 && row != null) {
            folded.put(key.apply(row), row);
            row = null;
            if (folded.size() == ROWS_AT_ONCE) {
              compare(folded, rows);
            }
          }
          for (Message part : message.parts()) {
            row = after.apply(row, part);
          }
        }
        if (row != null) {
          folded.put(key.apply(row), row);
        }
      }
    }
    compare(folded, rows);
    countOthers(streamType);
  }

  private <R> void compare(Map<String, R> folded, Rows<R> rows) throws SQLException {
    Map<String, R> there = rows.read(folded.keySet());
    folded.forEach(
        (key, row) -> {
          compared++;
          if (!Objects.equals(row, there.get(key))) {
            differs(key + ": is " + there.get(key) + ", its events say " + row);
          }
        });
    folded.clear();
  }

  /** Rows that no stream accounts for. */
  private void countOthers(String table) throws SQLException {
    String key = table.equals("site") ? "stream" : "enrollment_id::text";
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                select %s as key from projection.%s
                except select stream_id from enrollment.event where stream_type = '%s'
                """
                    .formatted(key, table, table));
        ResultSet others = statement.executeQuery()) {
      while (others.next()) {
        differs(others.getString(1) + ": is there, and the event store has no such stream");
      }
    }
  }

  private void differs(String line) {
    different++;
    if (differences.size() < SHOWN) {
      differences.add(line);
    }
  }

  private static Message message(String topic, ResultSet event) throws SQLException {
    return new Message(
        new Position(new TopicPartition(topic, 0), 0),
        new StreamKey(topic, event.getString("stream_id")),
        event.getLong("version"),
        event.getObject("event_id", UUID.class),
        event.getString("type"),
        event.getObject("recorded_at", OffsetDateTime.class).toInstant(),
        new Correlation("-", "", ""),
        "",
        bodies(event));
  }

  private static List<SpecificRecord> bodies(ResultSet event) throws SQLException {
    String type = event.getString("type");
    int version = event.getInt("schema_version");
    Schema written =
        EventSchemas.of(type, version)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "this build does not know %s of schema version %d: update it"
                            .formatted(type, version)));
    try {
      return EventReader.of(type, written).read(event.getBytes("payload"), 0);
    } catch (IOException broken) {
      throw new UncheckedIOException("an event " + type + " cannot be read", broken);
    }
  }
}
