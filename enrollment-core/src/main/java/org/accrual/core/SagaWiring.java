package org.accrual.core;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.accrual.core.application.Arrivals;
import org.accrual.core.application.OpenQuestions;
import org.accrual.core.application.SagaAnswers;
import org.accrual.core.application.SagaRepetitions;
import org.accrual.core.application.SagaStore;
import org.accrual.core.application.Waits;
import org.accrual.core.domain.saga.SagaTiming;
import org.accrual.core.eventstore.Database;
import org.accrual.core.eventstore.Looks;
import org.accrual.core.eventstore.PostgresQuestions;
import org.accrual.core.eventstore.PostgresSagas;
import org.accrual.core.saga.SagaEffects;
import org.accrual.core.saga.SagaIntake;
import org.accrual.core.saga.SagaMetrics;
import org.accrual.core.saga.SagaRepeater;
import org.accrual.intake.BatchTransaction;
import org.accrual.intake.GateTable;
import org.accrual.intake.HopNotes;
import org.accrual.intake.MessageDecoder;
import org.accrual.runtime.liveness.Heartbeat;
import org.accrual.runtime.metrics.Meters;
import org.accrual.runtime.registry.SchemaRegistry;

/** Puts the parts together that move sagas, and that wait for them. */
@ApplicationScoped
class SagaWiring {
  private static final String SCHEMA = "enrollment";

  /** Commands repeated at a time at most: locks are short, and a backlog grows by few messages. */
  private static final int REPEATED_AT_ONCE = 50;

  /** How much later than it is there something is found that another process put there. */
  private static final Duration LOOK = Duration.ofMillis(100);

  private final InstantSource clock = InstantSource.system();
  private final NoArgGenerator ids = Generators.timeBasedEpochGenerator();

  @Produces
  @Singleton
  BatchTransaction answers(Database database, CoreSettings settings, SagaMetrics metrics) {
    SchemaRegistry registry = new SchemaRegistry(settings.sagas().registry());
    return new BatchTransaction(
        database.sagas(),
        new MessageDecoder(registry::byId),
        new GateTable(SagaIntake.NAME, SCHEMA),
        new SagaEffects(new SagaAnswers(metrics), stores(settings), clock));
  }

  @Produces
  @Singleton
  SagaMetrics sagaMetrics(Meters meters) {
    return new SagaMetrics(meters);
  }

  @Produces
  @Singleton
  HopNotes hops(Database database, CoreSettings settings, Meters meters) {
    return new HopNotes(settings.hops(), database.sagas(), meters);
  }

  @Produces
  @Singleton
  SagaRepeater repeater(Database database, CoreSettings settings, SagaMetrics metrics) {
    SagaTiming timing = settings.sagas().timing();
    return new SagaRepeater(
        database,
        new SagaRepetitions(timing, () -> ThreadLocalRandom.current().nextDouble()),
        stores(settings),
        timing,
        REPEATED_AT_ONCE,
        metrics::setAside);
  }

  @Produces
  @Singleton
  Waits waits(Database database) {
    return new Waits(
        arrivals("operations", ids -> Looks.done(database, ids)),
        arrivals("arms", refs -> Looks.answered(database, refs)));
  }

  private static Arrivals arrivals(String name, UnaryOperator<Set<UUID>> look) {
    Heartbeat heartbeat = new Heartbeat("arrivals-" + name);
    heartbeat.start();
    return new Arrivals(name, look, LOOK, heartbeat::beat, heartbeat::stop);
  }

  void close(@Disposes Waits waits) {
    waits.close();
  }

  /** Calls that wait answer how far things have come, or the server could not drain. */
  void letGo(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class) Object event,
      Waits waits) {
    waits.close();
  }

  @Produces
  @Singleton
  OpenQuestions questions(Database database, Waits waits) {
    return new PostgresQuestions(database, waits.arms());
  }

  private Function<Connection, SagaStore> stores(CoreSettings settings) {
    return connection -> new PostgresSagas(connection, ids::generate, settings.retention());
  }
}
