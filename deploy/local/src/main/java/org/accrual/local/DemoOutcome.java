package org.accrual.local;

import java.util.List;
import org.accrual.api.notification.v1.GetNotificationResponse;
import org.accrual.api.notification.v1.Notification;
import org.accrual.api.notification.v1.NotificationState;
import org.accrual.api.query.v1.ListAuditEntriesResponse;
import org.accrual.api.query.v1.StudyAccrual;
import org.accrual.api.query.v1.VerifyAuditTrailResponse;

/** The demo's steps at the trial office: what has come of the enrollments. */
final class DemoOutcome {
  private final DemoOffice office;
  private final Report report;

  DemoOutcome(DemoOffice office, Report report) {
    this.office = office;
    this.report = report;
  }

  void setContact(String patient) {
    office.setContact(patient, patient.toLowerCase(java.util.Locale.ROOT) + "@accrual.example");
    report.step("set the contact of %s, kept encrypted", patient);
  }

  void readMail(Enrolled one) {
    GetNotificationResponse mail = office.mail(one);
    Notification told = mail.getNotification();
    report.step("mail to %s -> %s as %s", one.patient(), told.getState(), told.getMessageId());
    report.check("state of the mail", NotificationState.NOTIFICATION_STATE_SENT, told.getState());
    report.check("mails caught", 1, mail.getCaughtMailsCount());
    mail.getCaughtMailsList().stream()
        .flatMap(String::lines)
        .filter(line -> line.matches("(From|To|Subject|Message-ID): .*"))
        .forEach(line -> report.step("  %s", line));
  }

  void readAccrual(List<Enrolled> enrolled, long expected) {
    StudyAccrual accrual = office.accrual(enrolled);
    report.step(
        "accrual of the study -> %d on study of a target of %d",
        accrual.getEnrolled(), accrual.getTarget());
    report.check("enrolled in the study", expected, accrual.getEnrolled());
  }

  void verifyAudit(Enrolled one) {
    ListAuditEntriesResponse trail = office.auditEntries(one);
    report.step("audit trail of %s:", one.patient());
    trail
        .getEntriesList()
        .forEach(
            entry ->
                report.step(
                    "  %4d %s by %s (asserted)",
                    entry.getPosition(), entry.getType(), entry.getActor()));
    VerifyAuditTrailResponse verified = office.verifyAuditTrail(trail.getHead());
    report.step(
        "verify the study's trail against head %.12s… -> %s, %d entries",
        trail.getHead(), verified.getIntact() ? "intact" : "NOT INTACT", verified.getEntries());
    report.check("findings in the audit trail", List.of(), verified.getFindingsList());
    report.check("trail compared with the head", true, verified.getCompared());
  }
}
