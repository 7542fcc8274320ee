package org.accrual.core.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Arrivals;
import org.accrual.core.application.OpenQuestions;

/** Questions for an arm in {@code enrollment.unblinding}. */
public final class PostgresQuestions implements OpenQuestions {
  private final Database database;
  private final Arrivals arrivals;

  /** Waits by way of {@code arrivals}, which looks with {@link Looks#answered}. */
  public PostgresQuestions(Database database, Arrivals arrivals) {
    this.database = database;
    this.arrivals = arrivals;
  }

  @Override
  public Optional<byte[]> await(UUID ref, Duration atMost) throws InterruptedException {
    return arrivals.await(ref, atMost) ? sealedArm(ref) : Optional.empty();
  }

  @Override
  public void drop(UUID ref) {
    database.<Integer>onConnection(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "delete from enrollment.unblinding where request_ref = ?")) {
            delete.setObject(1, ref);
            return delete.executeUpdate();
          }
        });
  }

  private Optional<byte[]> sealedArm(UUID ref) {
    return database.onConnection(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select sealed_arm from enrollment.unblinding where request_ref = ?")) {
            select.setObject(1, ref);
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? Optional.ofNullable(row.getBytes(1)) : Optional.empty();
            }
          }
        });
  }
}
