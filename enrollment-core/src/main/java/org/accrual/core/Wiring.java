package org.accrual.core;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import org.accrual.core.application.Cancellation;
import org.accrual.core.application.Catalog;
import org.accrual.core.application.EnrollmentCommands;
import org.accrual.core.application.SiteCommands;
import org.accrual.core.application.StudyCommands;
import org.accrual.core.application.Unblinding;
import org.accrual.core.application.WriteModel;
import org.accrual.core.eventstore.Database;
import org.accrual.core.eventstore.PostgresCatalog;
import org.accrual.core.eventstore.PostgresWriteModel;
import org.accrual.core.eventstore.Retention;
import org.accrual.core.grpc.Fingerprints;
import org.accrual.core.grpc.WaitLimits;
import org.accrual.core.saga.SagaSettings;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.Seal;

/** Puts the parts together: domain and application know nothing of CDI. */
@ApplicationScoped
class Wiring {
  private final InstantSource clock = InstantSource.system();

  /** UUID v7: growing with time, so that keys are written at their index's right edge. */
  private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();

  private final Supplier<UUID> nextId = ids::generate;

  @Produces
  @Singleton
  CoreSettings settings() {
    return CoreSettings.read(Settings.load());
  }

  @Produces
  @Singleton
  SagaSettings sagaSettings(CoreSettings settings) {
    return settings.sagas();
  }

  @Produces
  @Singleton
  Seal seal(CoreSettings settings) {
    return settings.seal();
  }

  @Produces
  @Singleton
  Fingerprints fingerprints(CoreSettings settings) {
    return settings.fingerprints();
  }

  @Produces
  @Singleton
  WaitLimits waitLimits(CoreSettings settings) {
    return new WaitLimits(settings.operationWait(), settings.unblindingWait());
  }

  @Produces
  @Singleton
  Database database(CoreSettings settings) {
    return new Database(
        settings.database(),
        settings.poolSize(),
        settings.connectionTimeout(),
        settings.statementTimeout());
  }

  void close(@Disposes Database database) {
    database.close();
  }

  @Produces
  @Singleton
  WriteModel writeModel(Database database, CoreSettings settings) {
    return new PostgresWriteModel(database, nextId, settings.retention());
  }

  @Produces
  @Singleton
  Catalog catalog(Database database, SagaSettings sagas) {
    return new PostgresCatalog(database, sagas.timing().stepDeadline());
  }

  @Produces
  @Singleton
  Retention retention(Database database) {
    return new Retention(database);
  }

  @Produces
  @Singleton
  StudyCommands studies(WriteModel model) {
    return new StudyCommands(model, clock);
  }

  @Produces
  @Singleton
  SiteCommands sites(WriteModel model) {
    return new SiteCommands(model, clock);
  }

  @Produces
  @Singleton
  EnrollmentCommands enrollments(WriteModel model, SagaSettings sagas) {
    return new EnrollmentCommands(model, clock, nextId, sagas.timing());
  }

  @Produces
  @Singleton
  Cancellation cancellation(WriteModel model) {
    return new Cancellation(model, clock);
  }

  @Produces
  @Singleton
  Unblinding unblinding(WriteModel model) {
    return new Unblinding(model, clock);
  }
}
