package org.accrual.runtime;

import java.util.regex.Pattern;

/** Texts from outside as they may be printed and stored: without secrets, without contacts. */
public final class Redacted {
  private static final Pattern USER_INFO = Pattern.compile("//[^/@\\s]*@");
  private static final Pattern SECRET_PARAMETER =
      Pattern.compile("(?i)((?:password|passphrase|secret|token|key)=)[^&;\\s]*");

  private static final Pattern ADDRESS = Pattern.compile("<[^<>\\s]*>|[^\\s<>:,;@]+@[^\\s<>:,;]+");

  /** Six digits and more, with what people write between the digits of a telephone number. */
  private static final Pattern NUMBER = Pattern.compile("\\+?\\d(?:[ ()/-]?\\d){5,}");

  private Redacted() {}

  /** Returns a text without user and password of a URL and without its secret parameters. */
  public static String text(String value) {
    return SECRET_PARAMETER
        .matcher(USER_INFO.matcher(value).replaceAll("//(not shown)@"))
        .replaceAll("$1(not shown)");
  }

  /** Returns a server's text without mail addresses and telephone numbers. */
  public static String contacts(String text) {
    return NUMBER.matcher(ADDRESS.matcher(text).replaceAll("(address)")).replaceAll("(number)");
  }
}
