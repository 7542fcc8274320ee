package org.accrual.consumers.participant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

/**
 * Which request of which enrollment: what a participant tells commands apart by.
 *
 * @param number 1, 2, 3 … in the enrollment
 */
public record Attempt(UUID enrollmentId, int number) {

  /** From the columns {@code enrollment_id} and {@code attempt}. */
  public static Attempt read(ResultSet row) throws SQLException {
    return new Attempt(row.getObject("enrollment_id", UUID.class), row.getInt("attempt"));
  }

  /** As it stands in the context of an allocation's seal. */
  @Override
  public String toString() {
    return enrollmentId + "/" + number;
  }
}
