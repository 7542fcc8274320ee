package org.accrual.runtime;

/**
 * A configuration value that a process cannot run with. The message is one line: key, value without
 * secrets, and the allowed values.
 */
public final class InvalidSetting extends RuntimeException {
  public InvalidSetting(String key, String value, String allowed) {
    super("%s: '%s' is not allowed; it must be %s".formatted(key, Redacted.text(value), allowed));
  }
}
