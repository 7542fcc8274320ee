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
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.Attempt;

/** {@code randomization.allocation}: one statement for a batch. */
final class AllocationTable {
  private static final String READ =
      """
      select a.enrollment_id, a.attempt, a.sealed_arm, p.* from randomization.allocation a
        join randomization.place p using (allocation_id)
        join unnest(?, ?) as w (enrollment_id, attempt) using (enrollment_id, attempt)
      """;
  private static final String WRITE =
      """
      insert into randomization.allocation (enrollment_id, attempt, allocation_id, sealed_arm,
             allocated_at)
      select * from unnest(?, ?, ?, ?, ?)
      """;

  private AllocationTable() {}

  static Map<Attempt, Allocation> read(Connection connection, Collection<Attempt> attempts)
      throws SQLException {
    Map<Attempt, Allocation> allocations = HashMap.newHashMap(attempts.size());
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      new Columns<>(statement, attempts)
          .column("uuid", Attempt::enrollmentId)
          .column("int", Attempt::number);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Attempt attempt = Attempt.read(rows);
          allocations.put(
              attempt,
              new Allocation(attempt, PlaceTables.place(rows), rows.getBytes("sealed_arm")));
        }
      }
    }
    return allocations;
  }

  static void write(Connection connection, List<Allocation> made, Instant now) throws SQLException {
    if (made.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      new Columns<>(statement, made)
          .column("uuid", a -> a.attempt().enrollmentId())
          .column("int", a -> a.attempt().number())
          .column("uuid", a -> a.place().allocationId())
          .bytes(Allocation::sealedArm)
          .column("timestamptz", _ -> now)
          .write();
    }
  }
}
