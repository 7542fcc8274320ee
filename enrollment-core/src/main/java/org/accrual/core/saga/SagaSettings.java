package org.accrual.core.saga;

import java.net.URI;
import java.time.Duration;
import org.accrual.core.domain.saga.SagaTiming;
import org.accrual.intake.IntakeSettings;
import org.accrual.runtime.Settings;
import org.accrual.runtime.registry.SchemaRegistry;

/**
 * How sagas are run.
 *
 * @param enabled whether this process reads participants' answers and repeats unanswered commands;
 *     some process must
 * @param timing of repetitions
 * @param sweepInterval how often unanswered commands are looked for
 * @param intake how answers are taken in
 * @param registry base URL of the schema registry
 */
public record SagaSettings(
    boolean enabled,
    SagaTiming timing,
    Duration sweepInterval,
    IntakeSettings intake,
    URI registry) {

  /**
   * Keys {@code accrual.saga.enabled} (true), {@code accrual.saga.step-deadline} (30s; 100ms to
   * 1h), {@code accrual.saga.longest-pause} (10m; 100ms to 1d), {@code accrual.saga.sweep-interval}
   * (500ms; 50ms to 1m), {@code accrual.registry.url}, and those of {@link IntakeSettings}.
   */
  public static SagaSettings read(Settings settings) {
    return new SagaSettings(
        settings.flag("accrual.saga.enabled", true),
        new SagaTiming(
            settings.duration(
                "accrual.saga.step-deadline",
                Duration.ofSeconds(30),
                Duration.ofMillis(100),
                Duration.ofHours(1)),
            settings.duration(
                "accrual.saga.longest-pause",
                Duration.ofMinutes(10),
                Duration.ofMillis(100),
                Duration.ofDays(1))),
        settings.duration(
            "accrual.saga.sweep-interval",
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            Duration.ofMinutes(1)),
        IntakeSettings.read(settings),
        SchemaRegistry.url(settings));
  }
}
