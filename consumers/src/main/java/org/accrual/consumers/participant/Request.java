package org.accrual.consumers.participant;

import java.util.UUID;
import org.accrual.intake.Message;
import org.accrual.runtime.Correlation;
import org.apache.avro.specific.SpecificRecord;

/**
 * One command of a saga to a participant.
 *
 * @param id of its outbox record: what its answer was caused by
 */
public record Request(
    UUID id, Correlation correlation, SiteKey site, Attempt attempt, SpecificRecord command) {

  /** Of a record from a topic of commands, all of which say whom they are about in the same way. */
  static Request of(Message message) {
    return of(message.id(), message.correlation(), message.body());
  }

  static Request of(UUID id, Correlation correlation, SpecificRecord command) {
    return new Request(
        id,
        correlation,
        SiteKey.of(command),
        new Attempt(
            UUID.fromString(Fields.text(command, "enrollment_id")),
            Fields.number(command, "attempt")),
        command);
  }

  /** The enrollment's id as messages have it. */
  public String enrollmentId() {
    return attempt.enrollmentId().toString();
  }

  /** For a type that the contract has and the participant was not told of: a fault of ours. */
  public IllegalStateException unknown(SpecificRecord command) {
    return new IllegalStateException(
        "no mapping for %s, of request %s".formatted(command.getSchema().getFullName(), id));
  }
}
