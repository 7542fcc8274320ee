package org.accrual.core.eventstore;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.accrual.core.application.Answer;
import org.accrual.core.application.ArmQuestion;
import org.accrual.core.application.Caused;
import org.accrual.core.application.Change;
import org.accrual.core.application.Operation;
import org.accrual.core.application.OperationProgress;
import org.accrual.core.application.Origin;
import org.accrual.core.application.Request;
import org.accrual.core.application.RunningSaga;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.saga.ParticipantCommand;
import org.accrual.core.domain.saga.SagaRun;
import org.accrual.core.domain.site.KitState;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.eventstore.Calls.JsonText;
import org.accrual.core.eventstore.Calls.SqlArray;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The changes of one transaction as calls of SQL functions, in one order of locks whatever the
 * changes' own: heads, attempts, operations, runs, streams.
 */
final class ChangeCalls {
  private final Supplier<UUID> messageIds;
  private final Duration retention;
  private final Instant now;
  // Each group in the order in which its changes came.
  private final Calls heads = new Calls();
  private final Calls attempts = new Calls();
  private final Calls runs = new Calls();
  private final Calls last = new Calls();
  private final SagaRows sagas = new SagaRows();
  private final ToldRows told = new ToldRows();

  ChangeCalls(Supplier<UUID> messageIds, Duration retention, Instant now) {
    this.messageIds = messageIds;
    this.retention = retention;
    this.now = now;
  }

  Calls of(List<Caused> changes) {
    changes.forEach(caused -> caused.changes().forEach(c -> add(c, caused.origin())));
    Calls all = new Calls().add(heads).add(attempts).add(runs);
    sagas.addMovesTo(all);
    told.addTo(all, now);
    sagas.addProgressTo(all, now);
    return all.add(last);
  }

  private void add(Change change, Origin origin) {
    switch (change) {
      case Change.HoldStudy(String studyId, long version) ->
          heads.add("hold_study", studyId, version);
      case Change.HoldSite(SiteId site, long version) ->
          heads.add("hold_site", site.studyId(), site.siteId(), version);
      case Change.AppendToStudy(StudyRecord study, var events) -> {
        HeadCalls.put(heads, study, now);
        append(
            "study",
            study.state().design().studyId(),
            study.version(),
            events.stream().map(StudyEventCodec::toAvro).toList(),
            origin);
      }
      case Change.AppendToSite(SiteRecord site, var events) -> {
        HeadCalls.put(heads, site);
        append(
            "site",
            site.site().streamId(),
            site.version(),
            events.stream().map(SiteEventCodec::toAvro).toList(),
            origin);
      }
      case Change.AppendToEnrollment(UUID id, long version, var events) ->
          append(
              "enrollment",
              id.toString(),
              version,
              events.stream().map(EnrollmentEventCodec::toAvro).toList(),
              origin);
      case Change.OpenAttempt(PatientScreened screened, Optional<Standing> previous) ->
          openAttempt(screened, previous);
      case Change.CloseAttempt(UUID id, Standing standing) ->
          attempts.add("close_attempt", id, code(standing));
      case Change.ReopenAttempt(UUID id) -> attempts.add("reopen_attempt", id);
      case Change.OpenOperation(Operation operation) -> openOperation(operation);
      case Change.AdvanceOperation(OperationProgress progress) -> sagas.advance(progress);
      case Change.StartSaga start -> startSaga(start);
      case Change.MoveSaga move -> sagas.move(move, origin.causationId());
      case Change.Send(Subject subject, List<ParticipantCommand> commands) ->
          commands.forEach(command -> send(subject, ParticipantCodec.of(subject, command), origin));
      case Change.AskArm(ArmQuestion question) -> {
        last.add(
            "ask_arm",
            question.ref(),
            question.subject().enrollmentId(),
            question.version(),
            question.readerKey(),
            now);
        send(question.subject(), ParticipantCodec.of(question), origin);
      }
      case Change.AddKits(SiteId site, List<String> kitIds) ->
          last.add(
              "add_kits", site.studyId(), site.siteId(), new SqlArray("text", kitIds.toArray()));
      case Change.MoveKits(SiteId site, List<String> kitIds, KitState state) ->
          last.add(
              "move_kits",
              site.studyId(),
              site.siteId(),
              new SqlArray("text", kitIds.toArray()),
              state.code());
      case Change.KeepAnswer(Request request, Answer answer, Optional<UUID> operationId) ->
          last.add(
              "keep_request",
              request.caller(),
              request.method(),
              request.requestId(),
              HexFormat.of().parseHex(request.fingerprints().getFirst()),
              answer.bytes(),
              now,
              now.plus(retention),
              operationId.orElse(null));
    }
  }

  private void append(
      String type, String id, long version, List<SpecificRecordBase> events, Origin origin) {
    long at = version - events.size();
    for (SpecificRecordBase event : events) {
      told.event(type, id, ++at, messageIds.get(), AvroBytes.encode(event), origin);
    }
  }

  private void send(Subject subject, ParticipantCodec.Addressed message, Origin origin) {
    told.message(
        message.participant() + ".commands",
        subject.site().streamId(),
        messageIds.get(),
        AvroBytes.encode(message.body()),
        origin);
  }

  private void openAttempt(PatientScreened screened, Optional<Standing> previous) {
    Subject subject = screened.subject();
    attempts.add(
        "open_attempt",
        subject.enrollmentId(),
        subject.studyId(),
        subject.patientId(),
        subject.siteId(),
        screened.attempt(),
        screened.previous().orElse(null),
        previous.map(ChangeCalls::code).orElse(null));
  }

  private static String code(Standing standing) {
    return standing.name().toLowerCase(Locale.ROOT);
  }

  private void openOperation(Operation operation) {
    Subject subject = operation.subject();
    runs.add(
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

  private void startSaga(Change.StartSaga start) {
    RunningSaga saga = start.saga();
    SagaRun run = saga.run();
    runs.add(
        "start_saga",
        saga.enrollmentId(),
        run.attempt(),
        run.step().code(),
        start.pause(),
        run.studyVersion(),
        run.siteVersion(),
        saga.operationId().orElse(null),
        saga.origin().correlationId(),
        saga.origin().causationId(),
        saga.origin().actor(),
        saga.origin().traceparent(),
        now,
        start.expiry().orElse(null));
  }
}
