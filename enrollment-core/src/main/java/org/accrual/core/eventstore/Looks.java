package org.accrual.core.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** Looks for what calls wait for, all of it at once. */
public final class Looks {
  private Looks() {}

  /** Those of the questions for an arm that have been answered. */
  public static Set<UUID> answered(Database database, Set<UUID> refs) {
    return found(
        database,
        """
        select request_ref from enrollment.unblinding
         where request_ref = any (?) and sealed_arm is not null
        """,
        refs);
  }

  /** Those of the operations that are done, or have been dropped since. */
  public static Set<UUID> done(Database database, Set<UUID> operations) {
    return found(
        database,
        """
        select wanted.id from unnest(?) as wanted(id)
         where not exists (select from enrollment.operation o
                            where o.operation_id = wanted.id and not o.done)
        """,
        operations);
  }

  private static Set<UUID> found(Database database, String sql, Set<UUID> wanted) {
    return database.onConnection(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setArray(1, connection.createArrayOf("uuid", wanted.toArray()));
            Set<UUID> found = new HashSet<>();
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                found.add(rows.getObject(1, UUID.class));
              }
            }
            return found;
          }
        });
  }
}
