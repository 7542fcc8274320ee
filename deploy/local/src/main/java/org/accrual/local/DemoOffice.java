package org.accrual.local;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.accrual.api.notification.v1.Channel;
import org.accrual.api.notification.v1.GetNotificationRequest;
import org.accrual.api.notification.v1.GetNotificationResponse;
import org.accrual.api.notification.v1.ListNotificationsRequest;
import org.accrual.api.notification.v1.Notification;
import org.accrual.api.notification.v1.NotificationState;
import org.accrual.api.notification.v1.SetContactRequest;
import org.accrual.api.query.v1.GetStudyAccrualRequest;
import org.accrual.api.query.v1.ListAuditEntriesRequest;
import org.accrual.api.query.v1.ListAuditEntriesResponse;
import org.accrual.api.query.v1.StudyAccrual;
import org.accrual.api.query.v1.VerifyAuditTrailRequest;
import org.accrual.api.query.v1.VerifyAuditTrailResponse;

/** The demo's trial office: it keeps contacts, counts, and audits. */
final class DemoOffice {
  private static final Duration MAIL_LIMIT = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final DemoClients clients;
  private final String study;

  DemoOffice(DemoClients clients, String study) {
    this.clients = clients;
    this.study = study;
  }

  void setContact(String patient, String email) {
    var _ =
        clients
            .notifications()
            .setContact(
                SetContactRequest.newBuilder()
                    .setStudyId(study)
                    .setPatientId(patient)
                    .setEmail(email)
                    .build());
  }

  /** How recruitment goes, not older than any of these. */
  StudyAccrual accrual(Collection<Enrolled> enrolled) {
    StudyAccrual latest = StudyAccrual.getDefaultInstance();
    for (Enrolled one : enrolled) {
      latest =
          clients
              .queries()
              .getStudyAccrual(
                  GetStudyAccrualRequest.newBuilder()
                      .setStudyId(study)
                      .setMinConsistencyToken(one.consistencyToken())
                      .build());
    }
    return latest;
  }

  /** The mail about an enrollment, with what was caught of it; looked for at most 30 s. */
  GetNotificationResponse mail(Enrolled one) {
    Instant limit = Instant.now().plus(MAIL_LIMIT);
    Notification mail = notification(one);
    while (mail.getState() != NotificationState.NOTIFICATION_STATE_SENT
        && Instant.now().isBefore(limit)) {
      pause();
      mail = notification(one);
    }
    return clients
        .notifications()
        .getNotification(
            GetNotificationRequest.newBuilder()
                .setNotificationId(mail.getNotificationId())
                .build());
  }

  ListAuditEntriesResponse auditEntries(Enrolled one) {
    return clients
        .audit()
        .listAuditEntries(
            ListAuditEntriesRequest.newBuilder()
                .setStudyId(study)
                .setEnrollmentId(one.enrollmentId())
                .setMinConsistencyToken(one.consistencyToken())
                .build());
  }

  VerifyAuditTrailResponse verifyAuditTrail(String expectedHead) {
    return clients
        .audit()
        .verifyAuditTrail(
            VerifyAuditTrailRequest.newBuilder()
                .setStudyId(study)
                .setExpectedHead(expectedHead)
                .build());
  }

  private Notification notification(Enrolled one) {
    List<Notification> ofOne =
        clients
            .notifications()
            .listNotifications(
                ListNotificationsRequest.newBuilder()
                    .setEnrollmentId(one.enrollmentId())
                    .setMinConsistencyToken(one.consistencyToken())
                    .build())
            .getNotificationsList();
    return ofOne.stream()
        .filter(each -> each.getChannel() == Channel.CHANNEL_EMAIL)
        .findFirst()
        .orElseThrow(() -> StackFailed.failure("no e-mail was recorded for " + one.patient()));
  }

  private static void pause() {
    try {
      boolean _ = new CountDownLatch(1).await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the main thread", e);
    }
  }
}
