package org.accrual.core.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.contract.EventSchemas;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.OffStudyCause;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.site.KitLabel;
import org.accrual.core.domain.site.ReceivedKit;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.AccrualLimits;
import org.accrual.core.domain.study.AccrualLimits.StratumCap;
import org.accrual.core.domain.study.RandomizationDesign;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyDesign.Arm;
import org.accrual.core.domain.study.StudyDesign.Factor;
import org.accrual.core.domain.study.StudyEvent;
import org.accrual.core.eventstore.AvroBytes.Encoded;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {
  private static final Subject SUBJECT =
      new Subject(UUID.fromString("0193a000-0000-7000-8000-000000000001"), "S1", "V1", "P1");
  private static final SiteId SITE = new SiteId("S1", "V1");

  static List<StudyEvent> studyEvents() {
    return List.of(
        new StudyEvent.StudyRegistered(
            new StudyDesign(
                "S1",
                "Größe und Ähnliches ✓",
                List.of(new Arm("A", 1), new Arm("B", 2)),
                List.of(new Factor("sex", List.of("f", "m"))),
                100,
                Optional.of(Duration.ofHours(72))),
            new RandomizationDesign(List.of(2, 4), false),
            new AccrualLimits(true, List.of(new StratumCap(Map.of("sex", "f"), 7)))),
        new StudyEvent.StudyActivated("S1"),
        new StudyEvent.AccrualSuspended("S1", "pause"),
        new StudyEvent.AccrualResumed("S1"),
        new StudyEvent.StudyClosedToAccrual("S1", "enough"),
        new StudyEvent.StudyCompleted("S1"));
  }

  static List<SiteEvent> siteEvents() {
    return List.of(
        new SiteEvent.SiteActivated(SITE, 5, ZoneId.of("America/St_Johns")),
        new SiteEvent.SiteCapacityChanged(SITE, 9),
        new SiteEvent.SiteDeactivated(SITE, "audit"),
        new SiteEvent.KitsReceived(
            SITE,
            List.of(
                new ReceivedKit(
                    "K1",
                    new SealedArm(new byte[] {1, 2}),
                    new KitLabel("LOT-7", Optional.of(LocalDate.parse("2027-03-31")))),
                new ReceivedKit("K2", new SealedArm(new byte[] {3}), KitLabel.NONE)),
            "nurse"),
        new SiteEvent.KitsQuarantined(SITE, List.of("K1", "K2"), "cracked", "nurse"),
        new SiteEvent.KitReturned(SITE, "K1", SUBJECT.enrollmentId(), "end", "nurse"),
        new SiteEvent.KitsDestroyed(SITE, List.of("K1"), "used", "nurse"));
  }

  static List<EnrollmentEvent> enrollmentEvents() {
    return List.of(
        new EnrollmentEvent.PatientScreened(SUBJECT, 1, Optional.empty(), "dr-a"),
        new EnrollmentEvent.PatientScreened(
            SUBJECT,
            2,
            Optional.of(UUID.fromString("0193a000-0000-7000-8000-000000000000")),
            "dr-a"),
        new EnrollmentEvent.ConsentRecorded(
            SUBJECT, new Consent("2.0", Instant.parse("2026-11-23T09:00:00.123456Z")), "dr-a"),
        new EnrollmentEvent.EligibilityRecorded(
            SUBJECT, new Eligibility(true, "1.0", Map.of("sex", "f", "age", "x")), "dr-a"),
        new EnrollmentEvent.EligibilityRecorded(
            SUBJECT, new Eligibility(false, "1.0", Map.of()), "dr-a"),
        new EnrollmentEvent.EnrollmentRequested(SUBJECT, "dr-a"),
        new EnrollmentEvent.EnrollmentConfirmed(SUBJECT, "K1", "R-1"),
        new EnrollmentEvent.EnrollmentRejected(SUBJECT, "SITE_CAPACITY_EXHAUSTED", false),
        new EnrollmentEvent.EnrollmentRejected(SUBJECT, "NOT_ALLOWED", true),
        new EnrollmentEvent.PatientWithdrawn(SUBJECT, "moved", "dr-a", false),
        new EnrollmentEvent.PatientWithdrawn(SUBJECT, "moved", "dr-a", true),
        new EnrollmentEvent.WithdrawalReversed(SUBJECT, "mixed up", "dr-a"),
        new EnrollmentEvent.EligibilityCorrected(
            SUBJECT, new Eligibility(true, "1.1", Map.of("sex", "m")), "misread", "dr-a"),
        new EnrollmentEvent.SlotReserved(SUBJECT),
        new EnrollmentEvent.Randomized(SUBJECT, "a-1", "R-1"),
        new EnrollmentEvent.KitAllocated(SUBJECT, "K1"),
        new EnrollmentEvent.CompensationStarted(SUBJECT, "CANCELLED", false),
        new EnrollmentEvent.FollowUpStarted(SUBJECT, "dr-a"),
        new EnrollmentEvent.TakenOffStudy(SUBJECT, OffStudyCause.ADVERSE_EVENT, "rash", "dr-a"),
        new EnrollmentEvent.Unblinded(SUBJECT, "emergency", "dr-a"));
  }

  @ParameterizedTest
  @MethodSource("studyEvents")
  void studyEventsComeBackAsTheyWere(StudyEvent event) {
    assertThat(roundTrip(event, StudyEventCodec::toAvro, StudyEventCodec::fromAvro))
        .isEqualTo(event);
  }

  @ParameterizedTest
  @MethodSource("siteEvents")
  void siteEventsComeBackAsTheyWere(SiteEvent event) {
    assertThat(roundTrip(event, SiteEventCodec::toAvro, SiteEventCodec::fromAvro)).isEqualTo(event);
  }

  @ParameterizedTest
  @MethodSource("enrollmentEvents")
  void enrollmentEventsComeBackAsTheyWere(EnrollmentEvent event) {
    assertThat(roundTrip(event, EnrollmentEventCodec::toAvro, EnrollmentEventCodec::fromAvro))
        .isEqualTo(event);
  }

  @Test
  void everyEventThereIsHasBeenTried() {
    Set<Class<?>> tried =
        Stream.of(studyEvents(), siteEvents(), enrollmentEvents())
            .flatMap(List::stream)
            .map(Object::getClass)
            .collect(Collectors.toSet());
    Set<Class<?>> all = new HashSet<>();
    for (Class<?> sealed : List.of(StudyEvent.class, SiteEvent.class, EnrollmentEvent.class)) {
      all.addAll(List.of(sealed.getPermittedSubclasses()));
    }
    assertThat(tried).isEqualTo(all);
  }

  @Test
  void typeAndSchemaVersionStandBesideTheBytes() {
    Encoded encoded =
        AvroBytes.encode(
            EnrollmentEventCodec.toAvro(new EnrollmentEvent.EnrollmentRequested(SUBJECT, "dr-a")));
    assertThat(encoded.type()).isEqualTo("accrual.enrollment.requested.v1");
    assertThat(encoded.schemaVersion()).isEqualTo(1);
    assertThat(EventSchemas.of(encoded.type(), encoded.schemaVersion())).isPresent();
  }

  /** As version 1 wrote it: one event, two since. */
  @Test
  void aWithdrawalOfVersion1IsTwoEvents() throws Exception {
    Schema old = EventSchemas.of("accrual.enrollment.patient-withdrawn.v1", 1).orElseThrow();
    GenericRecord written = new GenericData.Record(old);
    written.put("enrollment_id", SUBJECT.enrollmentId().toString());
    written.put("study_id", SUBJECT.studyId());
    written.put("site_id", SUBJECT.siteId());
    written.put("patient_id", SUBJECT.patientId());
    written.put("reason", "moved");
    written.put("withdrawn_by", "dr-a");
    written.put("registered", true);
    Encoded encoded =
        new Encoded("accrual.enrollment.patient-withdrawn.v1", 1, AvroFixtures.bytes(written));

    assertThat(AvroBytes.decode(encoded, old).stream().map(EnrollmentEventCodec::fromAvro))
        .containsExactly(
            new EnrollmentEvent.PatientWithdrawn(SUBJECT, "moved", "dr-a", true),
            new EnrollmentEvent.TakenOffStudy(SUBJECT, OffStudyCause.WITHDRAWAL, "moved", "dr-a"));
  }

  private static <E> E roundTrip(
      E event, Function<E, SpecificRecordBase> to, Function<SpecificRecord, E> from) {
    SpecificRecordBase written = to.apply(event);
    return from.apply(AvroBytes.decode(AvroBytes.encode(written), written.getSchema()).getFirst());
  }
}
