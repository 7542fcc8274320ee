package org.accrual.consumers.notification;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.api.notification.v1.ListNotificationsRequest;
import org.accrual.api.notification.v1.NotificationState;

/** Which messages a list is of, and where its pages go on. */
record NotificationFilter(
    String studyId, String enrollmentId, String patientId, NotificationState state) {

  /**
   * Behind which message a page begins.
   *
   * @param inDoubt whether it was one of those in doubt, which come first
   */
  record Place(boolean inDoubt, UUID notificationId) {}

  static NotificationFilter of(ListNotificationsRequest request) {
    return new NotificationFilter(
        request.getStudyId(),
        request.getEnrollmentId(),
        request.getPatientId(),
        request.getState());
  }

  /** Conditions in SQL, and the values of their parameters in order. */
  List<String> conditions(List<Object> values) {
    List<String> conditions = new ArrayList<>();
    if (!studyId.isEmpty()) {
      conditions.add("study_id = ?");
      values.add(studyId);
    }
    if (!enrollmentId.isEmpty()) {
      conditions.add("enrollment_id = ?");
      values.add(UUID.fromString(enrollmentId));
    }
    if (!patientId.isEmpty()) {
      conditions.add("patient_id = ?");
      values.add(patientId);
    }
    if (state != NotificationState.NOTIFICATION_STATE_UNSPECIFIED) {
      conditions.add("state = ?");
      values.add(NotificationStates.inSql(state));
    }
    return conditions;
  }

  /** Opaque to clients. */
  String pageToken(Place last) {
    String text = "%s\n%s\n%s".formatted(last.inDoubt(), last.notificationId(), fingerprint());
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The place of a token; empty if it is none of this filter's. */
  Optional<Place> place(String pageToken) {
    try {
      String[] parts =
          new String(Base64.getUrlDecoder().decode(pageToken), StandardCharsets.UTF_8)
              .split("\n", -1);
      return parts.length == 3 && parts[2].equals(fingerprint())
          ? Optional.of(new Place(Boolean.parseBoolean(parts[0]), UUID.fromString(parts[1])))
          : Optional.empty();
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  /** Of this filter and, but for an accident, no other. */
  private String fingerprint() {
    return Integer.toHexString(
        (studyId + "/" + enrollmentId + "/" + patientId + "/" + state.getNumber()).hashCode());
  }
}
