package org.accrual.consumers.notification;

import java.time.Duration;

/** What became of a message that a sender had. */
sealed interface Outcome {

  /** Accepted. */
  record Sent(String receipt) implements Outcome {}

  /** Refused for good. */
  record Refused(String error) implements Outcome {}

  /** Not accepted; tried again after the pause. */
  record NotAccepted(String error, Duration pause) implements Outcome {}

  /** Not tried, since what it goes through is left alone for now; again after the pause. */
  record Postponed(Duration pause) implements Outcome {}

  /** Nobody knows whether it was accepted; if it is sent again, after the pause. */
  record InDoubt(String error, Duration pause) implements Outcome {}

  /** Not to be sent. */
  record Skipped(String reason) implements Outcome {}
}
