package org.accrual.intake;

import org.accrual.runtime.Correlation;

/**
 * A partition stands before a record that must not be applied and must not be skipped. It is tried
 * again from time to time; other partitions go on.
 *
 * @param position the record
 * @param reason what is wrong with it, for an operator
 * @param correlation its conversation, as far as it could be read
 */
public record Halt(Position position, String reason, Correlation correlation) {
  private static final Correlation UNREAD = new Correlation("-", "", "");

  static Halt unreadable(Unreadable record) {
    return new Halt(record.position(), record.reason(), UNREAD);
  }

  static Halt gap(Message message, long applied) {
    return new Halt(
        message.position(),
        "%s: version %d arrived after version %d, so at least one event is missing"
            .formatted(message.stream(), message.version(), applied),
        message.correlation());
  }

  static Halt unsequenced(Message message) {
    return new Halt(
        message.position(),
        message.stream() + ": without header ce_sequence repeats cannot be told apart",
        message.correlation());
  }

  @Override
  public String toString() {
    return position + ": " + reason;
  }
}
