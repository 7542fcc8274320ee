package org.accrual.consumers.randomization;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.Blind;
import org.accrual.consumers.participant.SiteKey;

/**
 * {@code randomization.stratum} and {@code randomization.allocation}: one statement each for a
 * batch. A stratum's block leaves this class sealed and enters it sealed.
 */
final class AllocationTables {
  private static final String READ_STRATA =
      """
      select s.* from randomization.stratum s
        join unnest(?, ?, ?) as w (study_id, site_id, stratum)
          on s.study_id = w.study_id and s.site_id = w.site_id and s.stratum = w.stratum::int[]
      """;
  private static final String READ_ALLOCATIONS =
      """
      select a.* from randomization.allocation a
        join unnest(?, ?) as w (enrollment_id, attempt) using (enrollment_id, attempt)
      """;
  private static final String WRITE_STRATA =
      """
      insert into randomization.stratum (study_id, site_id, stratum, drawn, sealed_block)
      select study_id, site_id, stratum::int[], drawn, sealed_block
        from unnest(?, ?, ?, ?, ?) as c (study_id, site_id, stratum, drawn, sealed_block)
          on conflict (study_id, site_id, stratum) do update
             set drawn = excluded.drawn, sealed_block = excluded.sealed_block
      """;
  private static final String WRITE_ALLOCATIONS =
      """
      insert into randomization.allocation (enrollment_id, attempt, study_id, site_id, stratum,
             ordinal, allocation_id, sealed_arm, allocated_at)
      select enrollment_id, attempt, study_id, site_id, stratum::int[],
             ordinal, allocation_id, sealed_arm, allocated_at
        from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
             as c (enrollment_id, attempt, study_id, site_id, stratum,
                   ordinal, allocation_id, sealed_arm, allocated_at)
      """;

  private final Blind blind;

  AllocationTables(Blind blind) {
    this.blind = blind;
  }

  Map<Stratum.Key, Stratum> strata(Connection connection, Collection<Stratum.Key> keys)
      throws SQLException {
    Map<Stratum.Key, Stratum> strata = HashMap.newHashMap(keys.size());
    try (PreparedStatement statement = connection.prepareStatement(READ_STRATA)) {
      new Columns<>(statement, keys)
          .column("text", k -> k.site().studyId())
          .column("text", k -> k.site().siteId())
          .column("text", Stratum.Key::array);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Stratum.Key key = key(rows);
          long drawn = rows.getLong("drawn");
          String block = blind.unseal().open(rows.getBytes("sealed_block"), key.context(drawn));
          strata.put(key, new Stratum(drawn, Block.ofText(block)));
        }
      }
    }
    return strata;
  }

  void writeStrata(Connection connection, Map<Stratum.Key, Stratum> strata) throws SQLException {
    if (strata.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE_STRATA)) {
      new Columns<>(statement, strata.entrySet())
          .column("text", e -> e.getKey().site().studyId())
          .column("text", e -> e.getKey().site().siteId())
          .column("text", e -> e.getKey().array())
          .column("bigint", e -> e.getValue().drawn())
          .bytes(e -> sealed(e.getKey(), e.getValue()))
          .write();
    }
  }

  static Map<Attempt, Allocation> allocations(Connection connection, Collection<Attempt> attempts)
      throws SQLException {
    Map<Attempt, Allocation> allocations = HashMap.newHashMap(attempts.size());
    try (PreparedStatement statement = connection.prepareStatement(READ_ALLOCATIONS)) {
      new Columns<>(statement, attempts)
          .column("uuid", Attempt::enrollmentId)
          .column("int", Attempt::number);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Attempt attempt = Attempt.read(rows);
          allocations.put(
              attempt,
              new Allocation(
                  attempt,
                  key(rows),
                  rows.getLong("ordinal"),
                  rows.getObject("allocation_id", UUID.class),
                  rows.getBytes("sealed_arm")));
        }
      }
    }
    return allocations;
  }

  static void writeAllocations(Connection connection, List<Allocation> made, Instant now)
      throws SQLException {
    if (made.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE_ALLOCATIONS)) {
      new Columns<>(statement, made)
          .column("uuid", a -> a.attempt().enrollmentId())
          .column("int", a -> a.attempt().number())
          .column("text", a -> a.stratum().site().studyId())
          .column("text", a -> a.stratum().site().siteId())
          .column("text", a -> a.stratum().array())
          .column("bigint", Allocation::ordinal)
          .column("uuid", Allocation::id)
          .bytes(Allocation::sealedArm)
          .column("timestamptz", a -> now)
          .write();
    }
  }

  private byte[] sealed(Stratum.Key key, Stratum stratum) {
    return blind.seal().seal(stratum.block().text(), key.context(stratum.drawn()));
  }

  private static Stratum.Key key(ResultSet row) throws SQLException {
    return new Stratum.Key(
        SiteKey.read(row), List.of((Integer[]) row.getArray("stratum").getArray()));
  }
}
