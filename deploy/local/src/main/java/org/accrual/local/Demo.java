package org.accrual.local;

import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ELIGIBLE;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_ON_STUDY;
import static org.accrual.api.enrollment.v1.EnrollmentState.ENROLLMENT_STATE_SCREENING;
import static org.accrual.api.study.v1.StudyState.STUDY_STATE_ACTIVE;

import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.accrual.api.enrollment.v1.Enrollment;

/**
 * A small trial, from the registration of its study to the records on Kafka, the mail and the audit
 * trail, done with the public API only. Ids are fresh, so it can run again on kept data.
 */
final class Demo {
  private static final int CAPACITY = 3;

  private final DemoSite site;
  private final DemoOutcome outcome;
  private final DemoTopic topic;
  private final Report report;

  private Demo(DemoSite site, DemoOutcome outcome, DemoTopic topic, Report report) {
    this.site = site;
    this.outcome = outcome;
    this.topic = topic;
    this.report = report;
  }

  /**
   * Runs it against a started stack.
   *
   * @param out is given one line a step, and one for each thing that is not as it should be
   * @return whether everything was as it should be
   */
  static boolean run(Addresses addresses, Consumer<String> out) {
    Report report = new Report(out);
    String study = "DEMO-" + UUID.randomUUID().toString().substring(0, 8);
    try (DemoClients clients = new DemoClients(addresses);
        DemoTopic topic = new DemoTopic(addresses.kafka())) {
      DemoOutcome outcome = new DemoOutcome(new DemoOffice(clients, study), report);
      new Demo(new DemoSite(clients, study), outcome, topic, report).play();
    } catch (StatusRuntimeException refused) {
      report.differs("a call failed: " + DemoClients.told(refused));
    }
    return report.conclude();
  }

  private void play() {
    openSite();
    outcome.setContact("P-ADA");
    Enrolled ada = enrollInOneCall();
    Enrolled ben = enrollStepByStep();
    refuseASecondTime(ada);
    Enrolled eve = site.enrollInOneCall("P-EVE");
    told(eve, "one more, which takes the last slot");
    Enrolled joe = rejectBeyondCapacity();
    List<Enrollment> read = readProjection(List.of(ada, ben, eve, joe));
    list(read);
    readTopic(ben);
    outcome.readMail(ada);
    outcome.readAccrual(List.of(ada, ben, eve, joe), CAPACITY);
    outcome.verifyAudit(ada);
  }

  private void openSite() {
    report.step("register study %s with 2 arms, 1 stratification factor", site.study());
    site.registerStudy();
    var study = site.activateStudy();
    report.step("activate it -> %s", study.getState());
    report.check("state of the study", STUDY_STATE_ACTIVE, study.getState());
    var opened = site.activateSite(CAPACITY);
    report.step("activate site %s for %d participants", opened.getSiteId(), CAPACITY);
    report.check("capacity of the site", CAPACITY, opened.getCapacity());
    site.receiveKits(CAPACITY + 1);
    report.step("receive %d kits of each arm, sealed on arrival", CAPACITY + 1);
  }

  private Enrolled enrollInOneCall() {
    Enrolled ada = site.enrollInOneCall("P-ADA");
    told(ada, "one call with consent and eligibility");
    report.check("outcome of P-ADA", "", ada.rejection());
    return ada;
  }

  private Enrolled enrollStepByStep() {
    Enrollment screening = site.screen("P-BEN");
    report.step("screen P-BEN -> %s", screening.getState());
    report.check("state of P-BEN", ENROLLMENT_STATE_SCREENING, screening.getState());
    site.recordConsent(screening.getEnrollmentId());
    Enrollment assessed = site.recordEligibility(screening.getEnrollmentId());
    report.step("record consent and eligibility of P-BEN -> %s", assessed.getState());
    report.check("state of P-BEN", ENROLLMENT_STATE_ELIGIBLE, assessed.getState());
    Enrolled ben = site.enrollAssessed("P-BEN");
    told(ben, "with what was recorded");
    report.check("outcome of P-BEN", "", ben.rejection());
    report.check("enrollment of P-BEN", screening.getEnrollmentId(), ben.enrollmentId());
    return ben;
  }

  private void refuseASecondTime(Enrolled ada) {
    report.check("operation of the same request", ada.operation(), site.repeat(ada).operation());
    report.step("send P-ADA's request again -> the same operation");
    String refusal = site.refusalOfEnrolling("P-ADA");
    report.step("enroll P-ADA by another request -> refused, %s", refusal);
    report.check(
        "refusal of a second enrollment", "ALREADY_EXISTS PATIENT_ALREADY_ENROLLED", refusal);
  }

  private Enrolled rejectBeyondCapacity() {
    Enrolled joe = site.enrollInOneCall("P-JOE");
    told(joe, "beyond the capacity");
    report.check("rejection of P-JOE", "SITE_CAPACITY_EXHAUSTED", joe.rejection());
    return joe;
  }

  private List<Enrollment> readProjection(List<Enrolled> enrolled) {
    return enrolled.stream().map(this::readProjection).toList();
  }

  private Enrollment readProjection(Enrolled one) {
    Enrollment read = site.read(one);
    report.step(
        "read %s with its consistency token -> %s, version %d%s",
        read.getPatientId(),
        read.getState(),
        read.getVersion(),
        read.getReason().isEmpty() ? "" : ", " + read.getReason());
    report.check(
        "state of " + one.patient(),
        one.rejection().isEmpty() ? ENROLLMENT_STATE_ON_STUDY : ENROLLMENT_STATE_ELIGIBLE,
        read.getState());
    report.check("reason of " + one.patient(), one.rejection(), read.getReason());
    return read;
  }

  private void list(List<Enrollment> read) {
    List<Enrollment> listed = site.list();
    report.step("list the study's enrollments -> %d, newest first", listed.size());
    report.check("list of the study", read.reversed(), listed);
  }

  private void readTopic(Enrolled one) {
    List<DemoTopic.Told> records = topic.read(one.enrollmentId());
    report.step("%s on %s:", one.patient(), DemoTopic.NAME);
    records.forEach(record -> report.step("  %s", record));
    report.check(
        "records of " + one.patient(),
        Stream.of(
                "patient-screened",
                "consent-recorded",
                "eligibility-recorded",
                "requested",
                "slot-reserved",
                "randomized",
                "kit-allocated",
                "confirmed")
            .map("accrual.enrollment.%s.v1"::formatted)
            .toList(),
        records.stream().map(DemoTopic.Told::type).toList());
    report.check(
        "sequence of " + one.patient(),
        List.of("1", "2", "3", "4", "5", "6", "7", "8"),
        records.stream().map(DemoTopic.Told::sequence).toList());
  }

  private void told(Enrolled one, String how) {
    report.step(
        "enroll %s, %s -> %s%s",
        one.patient(), how, one.stage(), one.rejection().isEmpty() ? "" : ", " + one.rejection());
  }
}
