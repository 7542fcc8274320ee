package org.accrual.consumers.notification;

import java.util.Locale;
import org.accrual.api.notification.v1.NotificationState;

/** States as the table has them: {@code in-doubt} for {@code NOTIFICATION_STATE_IN_DOUBT}. */
final class NotificationStates {
  private static final String PREFIX = "NOTIFICATION_STATE_";

  private NotificationStates() {}

  static String inSql(NotificationState state) {
    return state.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static NotificationState ofSql(String text) {
    return NotificationState.valueOf(PREFIX + text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
