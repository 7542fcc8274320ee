package org.accrual.intake;

import org.accrual.contract.Topics;
import org.accrual.runtime.Correlation;

/**
 * A record to be parked.
 *
 * @param error why, for an operator; empty if it only waits behind another
 * @param attempts how often it was tried
 */
record Park(Decoded record, Cause cause, String error, int attempts) {

  /** Returns whether the record has no order among those of its key: nothing waits for it. */
  boolean isAlone() {
    return !Topics.EVENT_TOPICS.contains(record.stream().topic())
        && !(record instanceof Message message && message.version() != Message.UNSEQUENCED);
  }

  Position at() {
    return record.position();
  }

  /** Runs with the correlation that the record belongs to, as far as that can be read. */
  void inItsConversation(Runnable work) {
    if (record instanceof Message message) {
      ScopedValue.where(Correlation.CURRENT, message.correlation()).run(work);
    } else {
      work.run();
    }
  }

  static Park behind(Decoded record) {
    return new Park(record, Cause.BEHIND, "", 0);
  }

  static Park unreadable(Unreadable record) {
    return new Park(record, Cause.UNREADABLE, record.reason(), 1);
  }

  static Park unsequenced(Message record) {
    return new Park(
        record,
        Cause.UNREADABLE,
        record.stream() + ": without header ce_sequence repeats cannot be recognized",
        1);
  }

  static Park gap(Message record, long applied) {
    return new Park(record, Cause.GAP, gapError(record, applied), 1);
  }

  static Park poison(Decoded record, Throwable failure, int attempts) {
    return new Park(record, Cause.POISON, poisonError(failure), attempts);
  }

  static String gapError(Message record, long applied) {
    return "%s: version %d arrived after version %d, so at least one event is missing"
        .formatted(record.stream(), record.version(), applied);
  }

  /** The failure and its causes in one line. */
  static String poisonError(Throwable failure) {
    StringBuilder line = new StringBuilder(failure.toString());
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      line.append(" / ").append(cause);
    }
    return line.toString();
  }
}
