package org.accrual.core.eventstore;

import java.nio.ByteBuffer;
import java.util.Map;
import org.accrual.core.application.ArmQuestion;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.core.domain.saga.ParticipantCommand;
import org.accrual.event.capacity.ReleaseSlot;
import org.accrual.event.capacity.ReserveSlot;
import org.accrual.event.randomization.Randomize;
import org.accrual.event.randomization.RevealAllocation;
import org.accrual.event.supply.AllocateKit;
import org.accrual.event.supply.HoldKits;
import org.accrual.event.supply.ReleaseKits;
import org.apache.avro.specific.SpecificRecordBase;

/** What participants are asked, as Avro records, and whom it is asked. */
final class ParticipantCodec {
  private static final String CAPACITY = "capacity";
  private static final String SUPPLY = "supply";
  private static final String RANDOMIZATION = "randomization";

  private ParticipantCodec() {}

  record Addressed(String participant, SpecificRecordBase body) {}

  static Addressed of(Subject subject, ParticipantCommand command) {
    String id = subject.enrollmentId().toString();
    String study = subject.studyId();
    String site = subject.siteId();
    int attempt = command.attempt();
    return switch (command) {
      case ParticipantCommand.ReserveSlot(
              _,
              Map<String, String> strata,
              long studyVersion,
              long siteVersion) ->
          new Addressed(
              CAPACITY,
              new ReserveSlot(id, study, site, attempt, siteVersion, studyVersion, strata));
      case ParticipantCommand.ReleaseSlot(_, boolean confirmed) ->
          new Addressed(CAPACITY, new ReleaseSlot(id, study, site, attempt, confirmed));
      case ParticipantCommand.HoldKits(_, long studyVersion, long siteVersion) ->
          new Addressed(SUPPLY, new HoldKits(id, study, site, attempt, studyVersion, siteVersion));
      case ParticipantCommand.AllocateKit(_, String allocation, SealedArm arm) ->
          new Addressed(
              SUPPLY,
              new AllocateKit(id, study, site, attempt, allocation, ByteBuffer.wrap(arm.bytes())));
      case ParticipantCommand.ReleaseKits _ ->
          new Addressed(SUPPLY, new ReleaseKits(id, study, site, attempt));
      case ParticipantCommand.Randomize(_, Map<String, String> strata, long studyVersion) ->
          new Addressed(
              RANDOMIZATION,
              new Randomize(id, study, site, attempt, subject.patientId(), strata, studyVersion));
    };
  }

  static Addressed of(ArmQuestion question) {
    Subject subject = question.subject();
    return new Addressed(
        RANDOMIZATION,
        new RevealAllocation(
            subject.enrollmentId().toString(),
            subject.studyId(),
            subject.siteId(),
            question.attempt(),
            question.ref().toString(),
            ByteBuffer.wrap(question.readerKey())));
  }
}
