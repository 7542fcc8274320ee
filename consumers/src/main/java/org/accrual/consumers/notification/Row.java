package org.accrual.consumers.notification;

import java.time.Duration;
import org.accrual.consumers.notification.NotificationSettings.InDoubt;
import org.jspecify.annotations.Nullable;

/**
 * What an outcome leaves in {@code notification.message}.
 *
 * @param pause until it is tried again; null: it is not
 */
record Row(
    String state,
    @Nullable String reason,
    @Nullable String receipt,
    @Nullable String error,
    @Nullable Duration pause) {

  static Row of(Outcome outcome, InDoubt policy) {
    return switch (outcome) {
      case Outcome.Sent sent -> new Row("sent", null, sent.receipt(), null, null);
      case Outcome.Refused refused -> new Row("refused", null, null, refused.error(), null);
      case Outcome.NotAccepted not -> new Row("intended", null, null, not.error(), not.pause());
      case Outcome.Postponed later -> new Row("intended", null, null, null, later.pause());
      case Outcome.InDoubt doubt ->
          new Row(
              "in-doubt",
              null,
              null,
              doubt.error(),
              policy == InDoubt.RESEND ? doubt.pause() : null);
      case Outcome.Skipped skipped -> new Row("skipped", skipped.reason(), null, null, null);
    };
  }
}
