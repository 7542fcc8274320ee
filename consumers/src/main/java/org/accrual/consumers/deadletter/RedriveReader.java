package org.accrual.consumers.deadletter;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.accrual.api.ops.v1.Redrive;
import org.accrual.api.ops.v1.RedriveFailure;

/** A redrive as it stands. */
final class RedriveReader {
  private static final String READ =
      """
      select r.redrive_id, r.asked_by, r.asked_at, r.finished_at, r.rate, count(*) as total,
             count(*) filter (where x.state = 'pending') as pending,
             count(*) filter (where x.state = 'applied') as applied,
             count(*) filter (where x.state = 'failed') as failed,
             count(*) filter (where x.state = 'held') as held,
             count(*) filter (where x.state = 'gone') as gone
        from deadletter.redrive r join deadletter.redrive_letter x using (redrive_id)
       where r.redrive_id = ? group by r.redrive_id
      """;
  private static final String FAILURES =
      """
      select letter_id, error from deadletter.redrive_letter
       where redrive_id = ? and state = 'failed' order by place limit 20
      """;

  private RedriveReader() {}

  static Optional<Redrive> read(Connection connection, UUID id) throws SQLException {
    Redrive.Builder redrive = Redrive.newBuilder();
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      statement.setObject(1, id);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        redrive
            .setRedriveId(row.getString("redrive_id"))
            .setAskedBy(row.getString("asked_by"))
            .setRate(row.getInt("rate"))
            .setTotal(row.getLong("total"))
            .setPending(row.getLong("pending"))
            .setApplied(row.getLong("applied"))
            .setFailed(row.getLong("failed"))
            .setHeld(row.getLong("held"))
            .setGone(row.getLong("gone"));
        LetterRow.time(row, "asked_at", redrive::setAskTime);
        LetterRow.time(row, "finished_at", redrive::setFinishTime);
      }
    }
    failures(connection, id, redrive);
    return Optional.of(redrive.build());
  }

  private static void failures(Connection connection, UUID id, Redrive.Builder redrive)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FAILURES)) {
      statement.setObject(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          redrive.addFailures(
              RedriveFailure.newBuilder()
                  .setLetterId(rows.getString(1))
                  .setError(rows.getString(2)));
        }
      }
    }
  }
}
