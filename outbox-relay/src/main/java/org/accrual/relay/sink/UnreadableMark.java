package org.accrual.relay.sink;

import org.jspecify.annotations.Nullable;

/** What stands on the mark topic is not a mark that this version can read. */
public final class UnreadableMark extends RuntimeException {
  UnreadableMark(String value, @Nullable Throwable cause) {
    super("the mark topic holds something that this version cannot read: " + value, cause);
  }
}
