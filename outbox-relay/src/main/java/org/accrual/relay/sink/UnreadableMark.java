package org.accrual.relay.sink;

import org.jspecify.annotations.Nullable;

/** Signals a mark in a format that this version of the relay does not know. */
public final class UnreadableMark extends RuntimeException {
  UnreadableMark(String value, @Nullable Throwable cause) {
    super("this version of the relay cannot read the mark " + value, cause);
  }
}
