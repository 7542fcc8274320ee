package org.accrual.consumers.notification;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * Every setting of the consumer notification.
 *
 * @param gateway empty: no text messages are sent
 * @param inDoubt what becomes of a message of which nobody knows whether it was accepted
 * @param lease how long a sender has a message before it counts as in doubt: longer than sending
 *     may take, to 10 min
 * @param longestPause between two tries of a message that is not accepted: 1 s to 1 h
 * @param maxAge events older than this lead to no message: 1 min to 3650 d
 * @param caughtMails where the catcher of local runs puts mails
 */
public record NotificationSettings(
    SmtpSettings smtp,
    Optional<GatewaySettings> gateway,
    ContactCipher contacts,
    Templates templates,
    InDoubt inDoubt,
    Duration lease,
    Duration longestPause,
    Duration maxAge,
    Optional<Path> caughtMails) {
  private static final String KEY = "accrual.notification.";

  /** Between the end of sending and that of the lease, for the record of the outcome. */
  private static final Duration LEAST_SPARE = Duration.ofSeconds(1);

  /** What becomes of a message in doubt. */
  enum InDoubt {
    /** It is sent again under the same id. */
    RESEND,
    /** An operator decides. */
    HOLD
  }

  /**
   * Reads keys {@code accrual.notification.in-doubt} ({@code resend} or {@code hold}; {@code
   * resend}), {@code .lease} (60s), {@code .longest-pause} (5m), {@code .max-age} (7d), {@code
   * .caught-mails} (a folder; none), and those of {@link SmtpSettings}, {@link GatewaySettings},
   * {@link ContactCipher}, {@link Templates}.
   */
  public static NotificationSettings read(Settings settings) {
    return new NotificationSettings(
        SmtpSettings.read(settings),
        GatewaySettings.read(settings),
        ContactCipher.read(settings),
        Templates.read(settings),
        settings.oneOf(KEY + "in-doubt", "resend", List.of("resend", "hold")).equals("hold")
            ? InDoubt.HOLD
            : InDoubt.RESEND,
        lease(settings),
        settings.duration(
            KEY + "longest-pause",
            Duration.ofMinutes(5),
            Duration.ofSeconds(1),
            Duration.ofHours(1)),
        settings.duration(
            KEY + "max-age", Duration.ofDays(7), Duration.ofMinutes(1), Duration.ofDays(3650)),
        caughtMails(settings));
  }

  /** Refuses a lease that can end while its message is still being sent: it would be sent twice. */
  private static Duration lease(Settings settings) {
    Duration lease =
        settings.duration(
            KEY + "lease", Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofMinutes(10));
    for (Class<? extends Carrier> carrier : List.of(Mailer.class, TextGateway.class)) {
      String key = carrier.getName() + "/carry/Timeout/value";
      int millis = settings.integer(key, Carrier.TIMEOUT_MILLIS, 100, 600_000);
      if (lease.toMillis() < millis + LEAST_SPARE.toMillis()) {
        throw new InvalidSetting(
            KEY + "lease",
            lease.toSeconds() + "s",
            "at least 1s longer than %s=%d (ms)".formatted(key, millis));
      }
    }
    return lease;
  }

  private static Optional<Path> caughtMails(Settings settings) {
    String folder = settings.text(KEY + "caught-mails", "");
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Path path = Path.of(folder);
    if (!Files.isDirectory(path)) {
      throw new InvalidSetting(KEY + "caught-mails", folder, "a folder that is there");
    }
    return Optional.of(path);
  }
}
