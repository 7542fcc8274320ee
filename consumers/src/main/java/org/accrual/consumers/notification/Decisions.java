package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.api.notification.v1.Notification;
import org.accrual.api.notification.v1.Resolution;
import org.accrual.consumers.database.EffectsPool;

/** What operators decide about a message, done and recorded in one transaction. */
@ApplicationScoped
class Decisions {
  private static final String SEND =
      """
      update notification.message
         set state = 'intended', reason = null, due_at = now(), updated_at = now()
       where notification_id = ? and state in ('in-doubt', 'refused', 'skipped')
      """;
  private static final String SETTLE =
      """
      update notification.message
         set state = 'sent', sent_at = now(), due_at = null, updated_at = now(),
             receipt = 'an operator says that it arrived'
       where notification_id = ? and state = 'in-doubt'
      """;
  private static final String RECORD =
      """
      insert into notification.decision (notification_id, decision, decided_by, reason)
      values (?, ?, ?, ?)
      """;

  private final DataSource database;

  @Inject
  Decisions(@EffectsPool DataSource database) {
    this.database = database;
  }

  /** The message after it; empty if it is in no state that can be decided about. */
  Optional<Notification> take(UUID notificationId, Resolution resolution, String by, String why)
      throws SQLException {
    boolean send = resolution == Resolution.RESOLUTION_SEND;
    try (Connection connection = database.getConnection()) {
      try (PreparedStatement change = connection.prepareStatement(send ? SEND : SETTLE);
          PreparedStatement record = connection.prepareStatement(RECORD)) {
        NotificationConsumer.ROLE.take(connection);
        change.setObject(1, notificationId);
        if (change.executeUpdate() == 0) {
          connection.rollback();
          return Optional.empty();
        }
        record.setObject(1, notificationId);
        record.setString(2, send ? "send" : "settle");
        record.setString(3, by);
        record.setString(4, why);
        record.executeUpdate();
        Optional<Notification> after = NotificationReader.find(connection, notificationId);
        connection.commit();
        return after;
      }
    }
  }
}
