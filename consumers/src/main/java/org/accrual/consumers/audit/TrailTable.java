package org.accrual.consumers.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.accrual.consumers.database.Columns;

/** {@code audit.entry}, as the consumer adds to it. */
final class TrailTable {
  // Two processes may hold partitions of one study. In the order of the locks' keys, so that they
  // cannot deadlock; the primary key would hold without them, by failing one of the two.
  private static final String HOLD =
      """
      select count(pg_advisory_xact_lock(k)) from
        (select hashtextextended('audit.entry ' || s, 0) as k from unnest(?) s order by 1) keys
      """;
  private static final String KNOWN =
      """
      select e.event_id from unnest(?, ?) as w (study_id, event_id)
        join audit.entry e using (study_id, event_id)
      """;
  private static final String HEADS =
      """
      select w.study_id, e.position, e.hash
        from unnest(?) as w (study_id)
       cross join lateral (select position, hash from audit.entry
                            where study_id = w.study_id order by position desc limit 1) e
      """;
  private static final String APPEND =
      """
      insert into audit.entry
             (study_id, position, event_id, topic, key, version, type, enrollment_id, actor,
              actor_basis, recorded_at, happened_at, reason, correlation_id, causation_id, content, hash)
      select study_id, position, event_id, topic, key, version, type, enrollment_id, actor, basis,
             recorded_at, happened_at, reason, correlation_id, causation_id, content::json, hash
        from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             as e (study_id, position, event_id, topic, key, version, type, enrollment_id, actor,
                   basis, recorded_at, happened_at, reason, correlation_id, causation_id, content, hash)
      """;

  private TrailTable() {}

  /** Nobody else adds to these studies until commit. */
  static void hold(Connection connection, Collection<String> studies) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HOLD)) {
      new Columns<>(statement, studies).column("text", study -> study);
      statement.execute();
    }
  }

  /** Which of them the trail has already. */
  static Set<UUID> known(Connection connection, List<AuditEntry> entries) throws SQLException {
    Set<UUID> known = new HashSet<>();
    if (entries.isEmpty()) {
      return known;
    }
    try (PreparedStatement statement = connection.prepareStatement(KNOWN)) {
      new Columns<>(statement, entries)
          .column("text", AuditEntry::studyId)
          .column("uuid", AuditEntry::eventId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          known.add(rows.getObject(1, UUID.class));
        }
      }
    }
    return known;
  }

  /** Of the studies that have entries. */
  static Map<String, Head> heads(Connection connection, Collection<String> studies)
      throws SQLException {
    Map<String, Head> heads = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(HEADS)) {
      new Columns<>(statement, studies).column("text", study -> study);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          heads.put(rows.getString(1), new Head(rows.getLong(2), rows.getBytes(3)));
        }
      }
    }
    return heads;
  }

  static void append(Connection connection, List<AuditEntry.Chained> entries) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(APPEND)) {
      new Columns<>(statement, entries)
          .column("text", e -> e.entry().studyId())
          .column("bigint", e -> e.head().position())
          .column("uuid", e -> e.entry().eventId())
          .column("text", e -> e.entry().topic())
          .column("text", e -> e.entry().key())
          .column("bigint", e -> e.entry().version())
          .column("text", e -> e.entry().type())
          .column("uuid", e -> e.entry().enrollmentId())
          .column("text", e -> e.entry().actor())
          .column("text", _ -> AuditEntry.ACTOR_BASIS)
          .column("timestamptz", e -> e.entry().recordedAt())
          .column("timestamptz", e -> e.entry().happenedAt())
          .column("text", e -> e.entry().reason())
          .column("text", e -> e.entry().correlationId())
          .column("text", e -> e.entry().causationId())
          .column("text", e -> e.entry().content())
          .bytes(e -> e.head().hash())
          .write();
    }
  }
}
