package org.accrual.consumers.notification;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.accrual.api.notification.v1.ListNotificationsRequest;
import org.accrual.api.notification.v1.NotificationState;

/** Selects the messages of a list. */
record NotificationFilter(
    String studyId, String enrollmentId, String patientId, NotificationState state) {

  /**
   * The message after which a page begins.
   *
   * @param inDoubt whether it was in doubt; messages in doubt come first
   */
  record Place(boolean inDoubt, UUID notificationId) {
    static final int PARTS = 2;

    /** Reads a page token's key; IllegalArgumentException if it is none. */
    static Place of(List<String> key) {
      return new Place(Boolean.parseBoolean(key.getFirst()), UUID.fromString(key.getLast()));
    }
  }

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
}
