package org.accrual.consumers.notification;

import com.google.protobuf.Timestamp;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.accrual.api.notification.v1.Notification;
import org.accrual.consumers.notification.NotificationFilter.Place;

/** Reads {@code notification.message}, in a connection that it is given. */
final class NotificationReader {
  private static final String SELECT =
      """
      select notification_id, event_id, channel, template, study_id, site_id, enrollment_id,
             patient_id, state, coalesce(reason, ''), message_id, attempts, doubts, due_at, sent_at,
             coalesce(receipt, ''), coalesce(last_error, ''), created_at, updated_at,
             correlation_id
        from notification.message
      """;

  private NotificationReader() {}

  static Optional<Notification> find(Connection connection, UUID notificationId)
      throws SQLException {
    return select(connection, " where notification_id = ?", List.of(notificationId)).stream()
        .findFirst();
  }

  /** At most that many: those in doubt first, then newest first; from behind a place if given. */
  static List<Notification> list(
      Connection connection, NotificationFilter filter, Optional<Place> after, int atMost)
      throws SQLException {
    List<Object> values = new ArrayList<>();
    List<String> conditions = filter.conditions(values);
    after.ifPresent(
        place -> {
          conditions.add("((state = 'in-doubt'), notification_id) < (?, ?)");
          values.add(place.inDoubt());
          values.add(place.notificationId());
        });
    values.add(atMost);
    String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    return select(
        connection,
        where + " order by (state = 'in-doubt') desc, notification_id desc limit ?",
        values);
  }

  private static List<Notification> select(Connection connection, String rest, List<?> values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT + rest)) {
      int index = 0;
      for (Object value : values) {
        statement.setObject(++index, value);
      }
      List<Notification> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(notification(rows));
        }
      }
      return found;
    }
  }

  private static Notification notification(ResultSet row) throws SQLException {
    Notification.Builder notification =
        Notification.newBuilder()
            .setNotificationId(row.getString(1))
            .setEventId(row.getString(2))
            .setChannel(
                switch (Channel.ofSql(row.getString(3))) {
                  case EMAIL -> org.accrual.api.notification.v1.Channel.CHANNEL_EMAIL;
                  case TEXT -> org.accrual.api.notification.v1.Channel.CHANNEL_TEXT;
                })
            .setTemplate(row.getString(4))
            .setStudyId(row.getString(5))
            .setSiteId(row.getString(6))
            .setEnrollmentId(row.getString(7))
            .setPatientId(row.getString(8))
            .setState(NotificationStates.ofSql(row.getString(9)))
            .setReason(row.getString(10))
            .setMessageId(row.getString(11))
            .setAttempts(row.getInt(12))
            .setDoubts(row.getInt(13))
            .setReceipt(row.getString(16))
            .setLastError(row.getString(17))
            .setCorrelationId(row.getString(20));
    time(row, 14, notification::setDueTime);
    time(row, 15, notification::setSentTime);
    time(row, 18, notification::setCreateTime);
    time(row, 19, notification::setUpdateTime);
    return notification.build();
  }

  private static void time(ResultSet row, int column, Consumer<Timestamp> set) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    if (time != null) {
      set.accept(
          Timestamp.newBuilder().setSeconds(time.toEpochSecond()).setNanos(time.getNano()).build());
    }
  }
}
