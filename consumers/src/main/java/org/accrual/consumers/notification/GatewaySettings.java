package org.accrual.consumers.notification;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * The gateway for text messages.
 *
 * @param url where requests are posted
 * @param token sent as bearer token; empty for none
 * @param timeout the longest that a request may take: 100 ms to 1 min
 */
record GatewaySettings(URI url, String token, Duration timeout) {
  private static final String KEY = "accrual.notification.text.";

  /**
   * Keys {@code accrual.notification.text.url} (none: there is no gateway, and text messages are
   * skipped), {@code .token}, {@code .timeout} (5s).
   */
  static Optional<GatewaySettings> read(Settings settings) {
    if (settings.text(KEY + "url", "").isEmpty()) {
      return Optional.empty();
    }
    URI url = settings.url(KEY + "url", "");
    if (url.getHost() == null || !url.getScheme().startsWith("http")) {
      throw new InvalidSetting(KEY + "url", url.toString(), "an http or https URL");
    }
    return Optional.of(
        new GatewaySettings(
            url,
            settings.secret(KEY + "token"),
            settings.duration(
                KEY + "timeout",
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Duration.ofMinutes(1))));
  }

  /** Without the token. */
  @Override
  public String toString() {
    return url.toString();
  }
}
