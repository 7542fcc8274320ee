package org.accrual.core.application;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** The port to questions for an arm that have been asked. */
public interface OpenQuestions {

  /** The sealed arm, as soon as it is there; empty if it is not in time. */
  Optional<byte[]> await(UUID ref, Duration atMost) throws InterruptedException;

  /** Nobody waits for it any more. */
  void drop(UUID ref);
}
