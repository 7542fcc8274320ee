package org.accrual.relay.checkpoint;

import org.jspecify.annotations.Nullable;

/** Signals a checkpoint in a format that this version of the relay does not know. */
public final class UnreadableCheckpointException extends RuntimeException {
  UnreadableCheckpointException(String value, @Nullable Throwable cause) {
    super("this version of the relay cannot read the checkpoint " + value, cause);
  }
}
