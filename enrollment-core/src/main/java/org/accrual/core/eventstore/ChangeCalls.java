package org.accrual.core.eventstore;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.accrual.contract.Headers;
import org.accrual.core.application.Change;
import org.accrual.core.application.Operation;
import org.accrual.core.application.Request;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyPhase;
import org.accrual.core.eventstore.AvroBytes.Encoded;
import org.accrual.core.eventstore.Calls.JsonText;
import org.accrual.core.eventstore.Calls.SqlArray;

/** Writes the changes of one transaction as calls of SQL functions, in order. */
final class ChangeCalls {
  private static final String SOURCE = "/accrual/enrollment-core";

  private final Calls calls = new Calls();
  private final Supplier<UUID> eventIds;
  private final Duration retention;
  private final Instant now;
  private final JsonText metadata;

  ChangeCalls(Request request, Supplier<UUID> eventIds, Duration retention, Instant now) {
    this.eventIds = eventIds;
    this.retention = retention;
    this.now = now;
    this.metadata = metadata(request);
  }

  Calls of(List<Change> changes) {
    changes.forEach(this::add);
    return calls;
  }

  private void add(Change change) {
    switch (change) {
      case Change.HoldStudy(String studyId, long version) ->
          calls.add("hold_study", studyId, version);
      case Change.HoldSite(SiteId site, long version) ->
          calls.add("hold_site", site.studyId(), site.siteId(), version);
      case Change.TakeSlot(SiteId site, long version) ->
          calls.add("take_slot", site.studyId(), site.siteId(), version);
      case Change.GiveSlotBack(SiteId site) ->
          calls.add("give_slot_back", site.studyId(), site.siteId());
      case Change.AppendToStudy(StudyRecord study, var events) -> {
        putHead(study);
        append(
            "study",
            study.state().design().studyId(),
            study.version(),
            events.stream().map(StudyEventCodec::toAvro).map(AvroBytes::encode).toList());
      }
      case Change.AppendToSite(SiteRecord site, var events) -> {
        putHead(site);
        append(
            "site",
            site.site().streamId(),
            site.version(),
            events.stream().map(SiteEventCodec::toAvro).map(AvroBytes::encode).toList());
      }
      case Change.AppendToEnrollment(UUID id, long version, var events) ->
          append(
              "enrollment",
              id.toString(),
              version,
              events.stream().map(EnrollmentEventCodec::toAvro).map(AvroBytes::encode).toList());
      case Change.OpenAttempt(PatientScreened screened) -> openAttempt(screened);
      case Change.CloseAttempt(UUID id, var standing) ->
          calls.add("close_attempt", id, standing.name().toLowerCase(Locale.ROOT));
      case Change.OpenOperation(Operation operation) -> openOperation(operation);
      case Change.KeepAnswer(Request request, var answer) ->
          calls.add(
              "keep_request",
              request.method(),
              request.requestId(),
              HexFormat.of().parseHex(request.fingerprint()),
              answer.bytes(),
              now,
              now.plus(retention));
    }
  }

  private void append(String type, String id, long version, List<Encoded> events) {
    calls.add(
        "append",
        type,
        id,
        version - events.size() + 1,
        new SqlArray("uuid", events.stream().map(_ -> eventIds.get()).toArray(UUID[]::new)),
        new SqlArray("text", events.stream().map(Encoded::type).toArray(String[]::new)),
        new SqlArray("int4", events.stream().map(Encoded::schemaVersion).toArray(Integer[]::new)),
        new SqlArray("bytea", events.stream().map(Encoded::payload).toArray(byte[][]::new)),
        metadata,
        now);
  }

  private void putHead(StudyRecord study) {
    StudyDesign design = study.state().design();
    calls.add(
        "put_study_head",
        design.studyId(),
        study.version(),
        StudyPhase.of(study.state()).code(),
        design.title(),
        new JsonText(Json.write(design.arms())),
        new JsonText(Json.write(design.factors())),
        design.target(),
        now);
  }

  private void putHead(SiteRecord site) {
    calls.add(
        "put_site_head",
        site.site().studyId(),
        site.site().siteId(),
        site.version(),
        site.state() instanceof SiteState.Active,
        site.state().capacity(),
        site.state().timeZone().getId());
  }

  private void openAttempt(PatientScreened screened) {
    Subject subject = screened.subject();
    calls.add(
        "open_attempt",
        subject.enrollmentId(),
        subject.studyId(),
        subject.patientId(),
        subject.siteId(),
        screened.attempt(),
        screened.previous().orElse(null));
  }

  private void openOperation(Operation operation) {
    Subject subject = operation.subject();
    calls.add(
        "open_operation",
        operation.operationId(),
        subject.enrollmentId(),
        subject.studyId(),
        subject.siteId(),
        subject.patientId(),
        operation.stage().code(),
        new JsonText(Json.stages(operation.stages())),
        operation.reason().orElse(null),
        operation.version(),
        operation.correlationId(),
        now,
        now.plus(retention));
  }

  /** The headers under which the events are told. */
  private static JsonText metadata(Request request) {
    Request.Origin origin = request.origin();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.SOURCE, SOURCE);
    headers.put(Headers.CORRELATION_ID, origin.correlationId());
    headers.put(Headers.CAUSATION_ID, request.requestId());
    if (!origin.actor().isEmpty()) {
      headers.put(Headers.ACTOR, origin.actor());
    }
    if (!origin.traceparent().isEmpty()) {
      headers.put(Headers.TRACEPARENT, origin.traceparent());
    }
    return new JsonText(Json.write(headers));
  }
}
