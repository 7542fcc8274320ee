package org.accrual.consumers.notification;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.List;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * The mail server.
 *
 * @param tls how the connection is protected
 * @param user empty: the server asks for none
 * @param from the address that mails come from
 * @param timeout the longest that connecting, reading or writing may each take: 100 ms to 1 min
 */
record SmtpSettings(
    String host, int port, Tls tls, String user, String password, String from, Duration timeout) {
  private static final String KEY = "accrual.notification.smtp.";

  /** How a connection is protected. */
  enum Tls {
    NONE,
    STARTTLS,
    TLS
  }

  /**
   * Keys {@code accrual.notification.smtp.host}, {@code .port}, {@code .from}, without defaults;
   * {@code .tls} ({@code none}, {@code starttls}, {@code tls}; {@code starttls}, which is then
   * required), {@code .user}, {@code .password}, {@code .timeout} (5s).
   */
  static SmtpSettings read(Settings settings) {
    String host = settings.text(KEY + "host", "");
    if (host.isEmpty()) {
      throw new InvalidSetting(
          KEY + "host",
          host,
          "the mail server's host; or leave notification out of accrual.consumers.enabled");
    }
    return new SmtpSettings(
        host,
        settings.port(KEY + "port"),
        switch (settings.oneOf(KEY + "tls", "starttls", List.of("none", "starttls", "tls"))) {
          case "none" -> Tls.NONE;
          case "tls" -> Tls.TLS;
          default -> Tls.STARTTLS;
        },
        settings.text(KEY + "user", ""),
        settings.secret(KEY + "password"),
        from(settings),
        settings.duration(
            KEY + "timeout", Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(1)));
  }

  /** The domain of {@code from}. */
  String domain() {
    return from.substring(from.lastIndexOf('@') + 1);
  }

  private static String from(Settings settings) {
    String from = settings.text(KEY + "from", "");
    String allowed = "an e-mail address such as trials@example.org";
    if (!from.contains("@")) {
      throw new InvalidSetting(KEY + "from", from, allowed);
    }
    try {
      new InternetAddress(from, true);
      return from;
    } catch (AddressException notAnAddress) {
      InvalidSetting invalid = new InvalidSetting(KEY + "from", from, allowed);
      invalid.initCause(notAnAddress);
      throw invalid;
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return host + ":" + port;
  }
}
