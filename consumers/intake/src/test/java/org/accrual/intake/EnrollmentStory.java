package org.accrual.intake;

import com.fasterxml.uuid.Generators;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.accrual.contract.Topics;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.event.enrollment.TakenOffStudy;
import org.apache.avro.specific.SpecificRecord;

/** The events of one enrollment, as a test tells them. */
public final class EnrollmentStory {
  public final String id = Generators.timeBasedEpochGenerator().generate().toString();
  public final String study;
  public final String site;
  public final String patient = "patient-" + id;
  private final List<SpecificRecord> events = new ArrayList<>();

  public EnrollmentStory(String study, String site) {
    this.study = study;
    this.site = site;
  }

  public static EnrollmentStory onStudy(String study, String site) {
    return new EnrollmentStory(study, site)
        .screened()
        .consented()
        .assessed(true)
        .requested()
        .confirmed();
  }

  public List<SpecificRecord> events() {
    return List.copyOf(events);
  }

  /** To its topic, with versions 1, 2, 3 … */
  public EnrollmentStory write(EventWriter writer) {
    for (int i = 0; i < events.size(); i++) {
      writer.send(Topics.ENROLLMENT_EVENTS, id, i + 1, events.get(i));
    }
    return this;
  }

  public EnrollmentStory screened() {
    return add(new PatientScreened(id, study, site, patient, 1, null, "nurse"));
  }

  public EnrollmentStory consented() {
    Instant signed = Instant.parse("2026-01-02T03:04:05Z");
    return add(new ConsentRecorded(id, study, site, patient, "v1", signed, "nurse"));
  }

  public EnrollmentStory assessed(boolean eligible) {
    return add(
        new EligibilityRecorded(
            id, study, site, patient, eligible, "c1", Map.of("sex", "f"), "nurse"));
  }

  public EnrollmentStory requested() {
    return add(new EnrollmentRequested(id, study, site, patient, "nurse"));
  }

  public EnrollmentStory confirmed() {
    return add(new EnrollmentConfirmed(id, study, site, patient));
  }

  public EnrollmentStory rejected(String reason, boolean isFinal) {
    return add(new EnrollmentRejected(id, study, site, patient, reason, isFinal));
  }

  /** A registered patient's time on study ends with it. */
  public EnrollmentStory withdrawn(String reason, boolean registered) {
    add(new PatientWithdrawn(id, study, site, patient, reason, "nurse", registered));
    return registered
        ? add(new TakenOffStudy(id, study, site, patient, reason, "nurse", "WITHDRAWAL"))
        : this;
  }

  /** Any other event of its. */
  public EnrollmentStory told(SpecificRecord event) {
    return add(event);
  }

  private EnrollmentStory add(SpecificRecord event) {
    events.add(event);
    return this;
  }
}
