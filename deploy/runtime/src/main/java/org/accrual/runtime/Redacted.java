package org.accrual.runtime;

import java.util.regex.Pattern;

/** Values of settings as they may be printed: without the secrets that a URL can hold. */
public final class Redacted {
  private static final Pattern USER_INFO = Pattern.compile("//[^/@\\s]*@");
  private static final Pattern SECRET_PARAMETER =
      Pattern.compile("(?i)((?:password|passphrase|secret|token|key)=)[^&;\\s]*");

  private Redacted() {}

  /** Returns a text without user and password of a URL and without its secret parameters. */
  public static String text(String value) {
    return SECRET_PARAMETER
        .matcher(USER_INFO.matcher(value).replaceAll("//(not shown)@"))
        .replaceAll("$1(not shown)");
  }
}
