package org.accrual.consumers.notification;

/** The database cannot take it now; trying again may help. */
final class DatabaseAway extends RuntimeException {
  DatabaseAway(Throwable cause) {
    super("the database cannot do it now", cause);
  }
}
