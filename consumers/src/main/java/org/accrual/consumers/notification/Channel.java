package org.accrual.consumers.notification;

/** By which way a message goes. */
enum Channel {
  EMAIL("email"),
  TEXT("text");

  private final String inSql;

  Channel(String inSql) {
    this.inSql = inSql;
  }

  /** As in the column {@code channel}. */
  String inSql() {
    return inSql;
  }

  static Channel ofSql(String text) {
    return text.equals(EMAIL.inSql) ? EMAIL : TEXT;
  }
}
