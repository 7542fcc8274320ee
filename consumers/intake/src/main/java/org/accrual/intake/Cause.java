package org.accrual.intake;

import java.util.Locale;

/** Why a record is parked. */
enum Cause {
  /** The consumer failed on it and on it alone. */
  POISON,
  /** It cannot be read. */
  UNREADABLE,
  /** An event before it is missing. */
  GAP,
  /** Nothing is known against it: it waits for one before it. */
  BEHIND;

  String inSql() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Cause ofSql(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
