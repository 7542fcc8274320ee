package org.accrual.core.application;

import org.accrual.core.domain.Refusal;

/** What came of a command. */
public sealed interface Outcome {

  /** Accepted, now or at the first call with this request id. */
  record Answered(Answer answer) implements Outcome {}

  /** Refused; nothing was written. */
  record Refused(Refusal refusal) implements Outcome {}

  /** The request id belongs to an accepted request with other content; nothing was written. */
  record RequestIdReused() implements Outcome {}

  /** Others changed the same things faster, time and again; nothing was written. */
  record Contended() implements Outcome {}

  /** The thing has changed since the caller read it; nothing was written. */
  record EtagMismatch() implements Outcome {}

  /** The caller has given the call up; nothing was written. */
  record Abandoned() implements Outcome {}
}
