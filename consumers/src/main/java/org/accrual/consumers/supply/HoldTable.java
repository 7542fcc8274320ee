package org.accrual.consumers.supply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.SiteKey;

/** {@code supply.hold}: one statement each for a batch. */
final class HoldTable {
  private static final String READ =
      """
      select h.*, k.kit_id, k.sealed_arm, k.expiry_date, k.state = 'received' as received
        from supply.hold h
        join unnest(?, ?) as w (enrollment_id, attempt) using (enrollment_id, attempt)
        left join supply.kit k using (enrollment_id, attempt)
      """;
  private static final String COUNT =
      """
      select h.study_id, h.site_id, count(*) from supply.hold h
        join unnest(?, ?) as w (study_id, site_id) using (study_id, site_id)
       where h.state = 'held' group by 1, 2
      """;
  private static final String WRITE =
      """
      insert into supply.hold (enrollment_id, attempt, study_id, site_id, state, updated_at)
      select * from unnest(?, ?, ?, ?, ?, ?)
          on conflict (enrollment_id, attempt) do update
             set state = excluded.state, updated_at = excluded.updated_at
      """;

  private final KitArms arms;

  HoldTable(KitArms arms) {
    this.arms = arms;
  }

  /** A row to write. */
  record Row(Attempt attempt, SiteKey site, Hold hold) {}

  Map<Attempt, Hold> read(Connection connection, Collection<Attempt> attempts) throws SQLException {
    Map<Attempt, Hold> holds = HashMap.newHashMap(attempts.size());
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      new Columns<>(statement, attempts)
          .column("uuid", Attempt::enrollmentId)
          .column("int", Attempt::number);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          holds.put(Attempt.read(rows), hold(rows));
        }
      }
    }
    return holds;
  }

  /** Returns the number of holds of those sites that have any. */
  static Map<SiteKey, Integer> held(Connection connection, Collection<SiteKey> sites)
      throws SQLException {
    Map<SiteKey, Integer> held = HashMap.newHashMap(sites.size());
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      new Columns<>(statement, sites)
          .column("text", SiteKey::studyId)
          .column("text", SiteKey::siteId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          held.put(SiteKey.read(rows), rows.getInt("count"));
        }
      }
    }
    return held;
  }

  static void write(Connection connection, Collection<Row> changed, Instant now)
      throws SQLException {
    if (changed.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      new Columns<>(statement, changed)
          .column("uuid", r -> r.attempt().enrollmentId())
          .column("int", r -> r.attempt().number())
          .column("text", r -> r.site().studyId())
          .column("text", r -> r.site().siteId())
          .column("text", r -> r.hold().state())
          .column("timestamptz", r -> now)
          .write();
    }
  }

  private Hold hold(ResultSet row) throws SQLException {
    String state = row.getString("state");
    return switch (state) {
      case "held" -> new Hold.Held();
      case "refused" -> new Hold.Refused();
      case "released" -> new Hold.Released();
      case "allocated" -> {
        String kit = row.getString("kit_id");
        yield new Hold.Allocated(
            new Hold.Kit(
                kit,
                arms.of(SiteKey.read(row), kit, row.getBytes("sealed_arm")),
                row.getObject("expiry_date", LocalDate.class),
                row.getBoolean("received")));
      }
      default -> throw new IllegalStateException("not a hold's state: " + state);
    };
  }
}
