package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.notification.NotificationSettings.InDoubt;
import org.accrual.intake.SqlFailures;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * {@code notification.message}, as senders work it off. A sender has a message as long as its lease
 * stands; what it says of it later is not taken any more.
 */
@ApplicationScoped
class NotificationTable {
  private static final String CLAIM =
      """
      update notification.message m
         set state = 'sending', attempts = attempts + 1, due_at = null, updated_at = now(),
             lease_until = clock_timestamp() + ? * interval '1 millisecond'
       where notification_id in
             (select notification_id from notification.message
               where channel = ? and state in ('intended', 'in-doubt') and due_at <= now()
               order by due_at limit ? for update skip locked)
      returning notification_id, channel, template, study_id, site_id, enrollment_id, patient_id,
                message_id, attempts, created_at, correlation_id, traceparent,
                (select case m.channel when 'email' then c.email else c.phone end
                   from notification.contact c
                  where c.study_id = m.study_id and c.patient_id = m.patient_id), lease_until
      """;
  private static final String DOUBT =
      """
      update notification.message
         set state = 'in-doubt', doubts = doubts + 1, lease_until = null, updated_at = now(),
             due_at = case when ? then now() end,
             last_error = 'its sender ended before it told what became of it'
       where notification_id in
             (select notification_id from notification.message
               where state = 'sending' and lease_until < now() for update skip locked)
      returning notification_id, message_id, correlation_id
      """;
  private static final String RECORD =
      """
      update notification.message
         set state = ?, reason = ?, receipt = coalesce(?, receipt),
             last_error = coalesce(?, last_error),
             due_at = now() + ? * interval '1 millisecond',
             doubts = doubts + case when ? = 'in-doubt' then 1 else 0 end,
             attempts = attempts - case when ? then 1 else 0 end,
             sent_at = case when ? = 'sent' then now() end,
             lease_until = null, updated_at = now()
       where notification_id = ? and state = 'sending' and lease_until = ?
      """;

  private final DataSource database;

  @Inject
  NotificationTable(@EffectsPool DataSource database) {
    this.database = database;
  }

  /** A message that has come into doubt. */
  record Doubted(UUID notificationId, String messageId, String correlationId) {}

  /** Takes messages that are due, at most that many, for the time of the lease. */
  List<Intent> claim(Channel channel, int atMost, Duration lease) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(CLAIM)) {
      NotificationConsumer.ROLE.take(connection);
      statement.setLong(1, lease.toMillis());
      statement.setString(2, channel.inSql());
      statement.setInt(3, atMost);
      List<Intent> claimed = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          claimed.add(intent(rows));
        }
      }
      connection.commit();
      return claimed;
    }
  }

  /** Puts into doubt what senders had whose lease is over: they ended, or cannot tell. */
  List<Doubted> doubtOverdue(InDoubt policy) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(DOUBT)) {
      NotificationConsumer.ROLE.take(connection);
      statement.setBoolean(1, policy == InDoubt.RESEND);
      List<Doubted> doubted = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          doubted.add(
              new Doubted(rows.getObject(1, UUID.class), rows.getString(2), rows.getString(3)));
        }
      }
      connection.commit();
      return doubted;
    }
  }

  /**
   * Records what became of a message; tried for some seconds, since what is not recorded comes into
   * doubt.
   *
   * @return false if the lease was over: somebody else has put it into doubt
   */
  @Retry(
      maxRetries = 8,
      delay = 250,
      jitter = 100,
      maxDuration = 20_000,
      retryOn = DatabaseAway.class)
  public boolean record(Intent intent, Outcome outcome, InDoubt policy) {
    Row row = Row.of(outcome, policy);
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(RECORD)) {
      NotificationConsumer.ROLE.take(connection);
      statement.setString(1, row.state());
      statement.setString(2, row.reason());
      statement.setString(3, row.receipt());
      statement.setString(4, row.error());
      statement.setObject(
          5, row.pause() == null ? null : row.pause().toMillis(), java.sql.Types.BIGINT);
      statement.setString(6, row.state());
      statement.setBoolean(7, outcome instanceof Outcome.Postponed);
      statement.setString(8, row.state());
      statement.setObject(9, intent.notificationId());
      statement.setObject(10, intent.lease());
      int recorded = statement.executeUpdate();
      connection.commit();
      return recorded == 1;
    } catch (SQLException failure) {
      if (SqlFailures.passes(failure)) {
        throw new DatabaseAway(failure);
      }
      throw new IllegalStateException("what became of a message cannot be recorded", failure);
    }
  }

  private static Intent intent(ResultSet row) throws SQLException {
    return new Intent(
        row.getObject(1, UUID.class),
        Channel.ofSql(row.getString(2)),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getObject(6, UUID.class),
        row.getString(7),
        row.getString(8),
        row.getInt(9),
        row.getObject(10, OffsetDateTime.class).toInstant(),
        row.getString(11),
        row.getString(12),
        row.getBytes(13),
        row.getObject(14, OffsetDateTime.class));
  }
}
