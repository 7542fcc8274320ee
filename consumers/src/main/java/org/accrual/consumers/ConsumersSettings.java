package org.accrual.consumers;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.accrual.consumers.console.ConsoleSettings;
import org.accrual.consumers.database.PoolSettings;
import org.accrual.consumers.notification.NotificationSettings;
import org.accrual.consumers.participant.Blind;
import org.accrual.intake.HopSettings;
import org.accrual.intake.IntakeSettings;
import org.accrual.runtime.Settings;
import org.accrual.runtime.registry.SchemaRegistry;

/**
 * Every setting of the consumers process.
 *
 * @param enabled the consumers it runs; queries are served in any case
 * @param pools its database connections
 * @param intake how its consumers take records in
 * @param hops what its consumers note of what they do
 * @param registry base URL of the schema registry
 * @param stopWithin how long a stop waits for the batches under way: 1 s to 5 min
 * @param lettersKept how long settled dead letters are kept: 1 day to 10 years
 * @param inboxKept how long it is known which records without a sequence were taken in: 1 day to 10
 *     years, and longer than their topics keep them if those are ever read anew
 * @param blind the keys that open and seal arms; empty where neither randomization nor supply runs
 * @param notification empty where notification does not run
 * @param console the web console
 */
public record ConsumersSettings(
    Set<String> enabled,
    PoolSettings pools,
    IntakeSettings intake,
    HopSettings hops,
    URI registry,
    Duration stopWithin,
    Duration lettersKept,
    Duration inboxKept,
    Optional<Blind> blind,
    Optional<NotificationSettings> notification,
    ConsoleSettings console) {
  private static final String ALL = "all";
  private static final String NONE = "none";
  private static final Set<String> BLINDED = Set.of("randomization", "supply");
  private static final List<String> CONSUMERS =
      List.of(
          "projection",
          "analytics",
          "audit",
          "notification",
          "capacity",
          "randomization",
          "supply");

  /**
   * Keys {@code accrual.consumers.enabled} ({@code all}, {@code none} or names, comma-separated;
   * all), {@code accrual.consumers.stop-within} (20s), {@code accrual.dead-letters.kept} and {@code
   * accrual.inbox.kept} (30d), {@code accrual.registry.url}, and those of {@link PoolSettings},
   * {@link IntakeSettings}, {@link HopSettings}, {@link ConsoleSettings}, with randomization or
   * supply {@link Blind}, and with notification {@link NotificationSettings}.
   */
  public static ConsumersSettings read(Settings settings) {
    Set<String> enabled = enabled(settings);
    return new ConsumersSettings(
        enabled,
        PoolSettings.read(settings),
        IntakeSettings.read(settings),
        HopSettings.read(settings),
        SchemaRegistry.url(settings),
        settings.duration(
            "accrual.consumers.stop-within",
            Duration.ofSeconds(20),
            Duration.ofSeconds(1),
            Duration.ofMinutes(5)),
        kept(settings, "accrual.dead-letters.kept"),
        kept(settings, "accrual.inbox.kept"),
        Collections.disjoint(enabled, BLINDED)
            ? Optional.empty()
            : Optional.of(Blind.read(settings)),
        enabled.contains("notification")
            ? Optional.of(NotificationSettings.read(settings))
            : Optional.empty(),
        ConsoleSettings.read(settings));
  }

  private static Duration kept(Settings settings, String key) {
    return settings.duration(key, Duration.ofDays(30), Duration.ofDays(1), Duration.ofDays(3650));
  }

  private static Set<String> enabled(Settings settings) {
    String key = "accrual.consumers.enabled";
    return switch (settings.text(key, ALL)) {
      case ALL -> Set.copyOf(CONSUMERS);
      case NONE -> Set.of();
      default -> Set.copyOf(settings.someOf(key, ALL, CONSUMERS));
    };
  }
}
