package org.accrual.core;

import java.time.Duration;
import org.accrual.core.grpc.Fingerprints;
import org.accrual.core.saga.SagaSettings;
import org.accrual.intake.HopSettings;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.Seal;

/**
 * Settings of enrollment-core; those of its ports are read by the runtime, those of its sagas stand
 * in {@link SagaSettings}.
 *
 * @param database where events are stored
 * @param poolSize connections to it at most; commands beyond that wait
 * @param connectionTimeout how long a command waits for a connection before it fails as UNAVAILABLE
 * @param statementTimeout after which PostgreSQL gives a statement up
 * @param retention how long accepted answers and finished operations are kept at least
 * @param sweepInterval how often those kept long enough are dropped
 * @param operationWait how long WaitOperation waits at most
 * @param unblindingWait how long Unblind waits for randomization's answer at most
 * @param seal seals arms for randomization and supply
 * @param fingerprints keyed, so that what was asked cannot be guessed from them
 * @param sagas how sagas are run
 * @param hops what is noted of commands that were not accepted, and of answers
 */
public record CoreSettings(
    DatabaseSettings database,
    int poolSize,
    Duration connectionTimeout,
    Duration statementTimeout,
    Duration retention,
    Duration sweepInterval,
    Duration operationWait,
    Duration unblindingWait,
    Seal seal,
    Fingerprints fingerprints,
    SagaSettings sagas,
    HopSettings hops) {

  static CoreSettings read(Settings settings) {
    return new CoreSettings(
        DatabaseSettings.read(settings),
        settings.integer("accrual.database.pool-size", 16, 1, 500),
        settings.duration(
            "accrual.database.connection-timeout",
            Duration.ofSeconds(2),
            Duration.ofMillis(250),
            Duration.ofMinutes(1)),
        settings.duration(
            "accrual.database.statement-timeout",
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofMinutes(5)),
        settings.duration(
            "accrual.answers.retention",
            Duration.ofDays(30),
            Duration.ofMinutes(1),
            Duration.ofDays(3650)),
        settings.duration(
            "accrual.answers.sweep-interval",
            Duration.ofHours(1),
            Duration.ofSeconds(1),
            Duration.ofDays(1)),
        settings.duration(
            "accrual.operations.max-wait",
            Duration.ofMinutes(5),
            Duration.ofSeconds(1),
            Duration.ofHours(1)),
        settings.duration(
            "accrual.unblinding.wait",
            Duration.ofSeconds(10),
            Duration.ofMillis(100),
            Duration.ofMinutes(2)),
        Seal.read(settings),
        Fingerprints.read(settings),
        SagaSettings.read(settings),
        HopSettings.read(settings));
  }
}
