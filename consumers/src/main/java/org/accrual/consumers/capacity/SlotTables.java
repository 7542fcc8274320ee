package org.accrual.consumers.capacity;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.accrual.consumers.capacity.SlotLedger.Row;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.SiteKey;

/** {@code capacity.site} and {@code capacity.reservation}: one statement each for a batch. */
final class SlotTables {
  private static final String READ_SITES =
      """
      select s.* from capacity.site s
        join unnest(?, ?) as w (study_id, site_id) using (study_id, site_id)
      """;
  private static final String READ_SLOTS =
      """
      select r.* from capacity.reservation r
        join unnest(?, ?) as w (enrollment_id, attempt) using (enrollment_id, attempt)
      """;
  private static final String WRITE_SITES =
      """
      update capacity.site s
         set version = c.version, active = c.active, capacity = c.capacity, taken = c.taken
        from unnest(?, ?, ?, ?, ?, ?) as c (study_id, site_id, version, active, capacity, taken)
       where s.study_id = c.study_id and s.site_id = c.site_id
      """;
  private static final String WRITE_SLOTS =
      """
      merge into capacity.reservation r
      using unnest(?, ?, ?, ?, ?, ?, ?, ?)
            as c (enrollment_id, attempt, study_id, site_id, state, reason, limits, updated_at)
         on r.enrollment_id = c.enrollment_id and r.attempt = c.attempt
       when matched then update set
            state = c.state, reason = c.reason, limits = c.limits::int[],
            updated_at = c.updated_at
       when not matched then
            insert (enrollment_id, attempt, study_id, site_id, state, reason, limits, updated_at)
            values (c.enrollment_id, c.attempt, c.study_id, c.site_id, c.state, c.reason,
                    c.limits::int[], c.updated_at)
      """;

  private SlotTables() {}

  static Map<SiteKey, SiteSlots> sites(Connection connection, Collection<SiteKey> keys)
      throws SQLException {
    Map<SiteKey, SiteSlots> sites = HashMap.newHashMap(keys.size());
    try (PreparedStatement statement = connection.prepareStatement(READ_SITES)) {
      new Columns<>(statement, keys)
          .column("text", SiteKey::studyId)
          .column("text", SiteKey::siteId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          sites.put(
              SiteKey.read(rows),
              new SiteSlots(
                  rows.getLong("version"),
                  rows.getBoolean("active"),
                  rows.getInt("capacity"),
                  rows.getInt("taken")));
        }
      }
    }
    return sites;
  }

  static Map<Attempt, Reservation> reservations(Connection connection, Collection<Attempt> attempts)
      throws SQLException {
    Map<Attempt, Reservation> reservations = HashMap.newHashMap(attempts.size());
    try (PreparedStatement statement = connection.prepareStatement(READ_SLOTS)) {
      new Columns<>(statement, attempts)
          .column("uuid", Attempt::enrollmentId)
          .column("int", Attempt::number);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reservations.put(
              Attempt.read(rows),
              new Reservation(
                  Slot.of(rows.getString("state"), rows.getString("reason")),
                  List.of((Integer[]) rows.getArray("limits").getArray())));
        }
      }
    }
    return reservations;
  }

  static void writeSites(Connection connection, Map<SiteKey, SiteSlots> sites) throws SQLException {
    if (sites.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE_SITES)) {
      new Columns<>(statement, sites.entrySet())
          .column("text", e -> e.getKey().studyId())
          .column("text", e -> e.getKey().siteId())
          .column("bigint", e -> e.getValue().version())
          .column("boolean", e -> e.getValue().active())
          .column("int", e -> e.getValue().capacity())
          .column("int", e -> e.getValue().taken())
          .write();
    }
  }

  static void writeReservations(Connection connection, Collection<Row> rows, Instant now)
      throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE_SLOTS)) {
      new Columns<>(statement, rows)
          .column("uuid", r -> r.attempt().enrollmentId())
          .column("int", r -> r.attempt().number())
          .column("text", r -> r.site().studyId())
          .column("text", r -> r.site().siteId())
          .column("text", r -> r.reservation().slot().state())
          .column("text", r -> r.reservation().slot().reason())
          .column("text", r -> array(r.reservation().limits()))
          .column("timestamptz", r -> now)
          .write();
    }
  }

  /** Returns numbers as an array in SQL. */
  private static String array(List<Integer> numbers) {
    return numbers.toString().replace('[', '{').replace(']', '}');
  }
}
