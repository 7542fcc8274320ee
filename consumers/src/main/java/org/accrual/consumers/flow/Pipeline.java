package org.accrual.consumers.flow;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.api.query.v1.WatchPipelineResponse;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.database.QueryPool;
import org.accrual.contract.Readers;
import org.accrual.intake.Subscription;
import org.accrual.runtime.liveness.Heartbeat;
import org.apache.kafka.common.KafkaException;

/**
 * Looks at the whole pipeline every second, for all who watch and for {@code /metrics}: also at
 * consumers that do not run, here or anywhere.
 */
@ApplicationScoped
public class Pipeline {
  private static final Logger LOG = Logger.getLogger(Pipeline.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final String bootstrapServers;
  private final List<Subscription> subscriptions = new ArrayList<>();
  private final DatabaseLooks databaseLooks;
  private final LogEnds logEnds;
  private final Lags lags;
  private final Rate written = new Rate();
  private final Rate onTopics = new Rate();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Heartbeat heartbeat = new Heartbeat("pipeline");
  private volatile WatchPipelineResponse latest = WatchPipelineResponse.getDefaultInstance();
  private volatile OptionalLong supplied = OptionalLong.empty();
  private boolean failing;

  @Inject
  Pipeline(
      ConsumersSettings settings, @QueryPool DataSource queries, @EffectsPool DataSource effects) {
    bootstrapServers = settings.intake().bootstrapServers();
    Readers.all().forEach((name, topics) -> subscriptions.add(new Subscription(name, topics)));
    databaseLooks = new DatabaseLooks(queries);
    logEnds = new LogEnds(effects);
    lags = new Lags(subscriptions);
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    Thread.ofVirtual().name("pipeline").start(heartbeat.watch(this::run));
  }

  void stop(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    heartbeat.stop();
    stopping.countDown();
  }

  /** The last look; without a time before the first. */
  public WatchPipelineResponse latest() {
    return latest;
  }

  /**
   * Returns for how many more patients the kits of the active site with the fewest suffice, up to
   * 20; empty if it is not known, or without active sites.
   */
  OptionalLong supplied() {
    return supplied;
  }

  /** Names of the consumers there are, wherever they run. */
  List<String> consumers() {
    return subscriptions.stream().map(Subscription::consumer).sorted().toList();
  }

  /** Waits until after the next look; false if this stops instead. */
  boolean awaitNext() throws InterruptedException {
    return !stopping.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void run() {
    try (KafkaLooks kafka = new KafkaLooks(bootstrapServers, subscriptions)) {
      do {
        heartbeat.beat();
        try {
          look(kafka);
        } catch (RuntimeException fault) {
          LOG.log(Level.SEVERE, "the pipeline could not be looked at; it is tried again", fault);
        }
      } while (awaitNext());
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(KafkaLooks kafka) throws InterruptedException {
    Optional<DatabaseLook> database = database();
    Optional<KafkaLook> brokers = Optional.empty();
    Optional<SortedMap<String, ConsumerLag>> behind = Optional.empty();
    String trouble = "";
    try {
      KafkaLook look = kafka.look();
      brokers = Optional.of(look);
      behind =
          Optional.of(
              lags.of(
                  kafka,
                  look,
                  database.map(DatabaseLook::positions).orElse(java.util.Map.of()),
                  Instant.now()));
      database.ifPresent(_ -> logEnds.tell(look));
    } catch (ExecutionException | TimeoutException | KafkaException away) {
      trouble = "no broker at " + bootstrapServers + " answers";
      LOG.log(Level.FINE, trouble, away);
    }
    supplied = database.map(DatabaseLook::supplied).orElse(OptionalLong.empty());
    latest = answer(database, brokers, behind, trouble);
  }

  private Optional<DatabaseLook> database() {
    try {
      Optional<DatabaseLook> look = Optional.of(databaseLooks.look());
      failing = false;
      return look;
    } catch (SQLException away) {
      LOG.log(
          failing ? Level.FINE : Level.WARNING,
          "the pipeline cannot be looked at in the database; what is shown of it is unknown",
          away);
      failing = true;
      return Optional.empty();
    }
  }

  private WatchPipelineResponse answer(
      Optional<DatabaseLook> database,
      Optional<KafkaLook> brokers,
      Optional<SortedMap<String, ConsumerLag>> behind,
      String trouble) {
    Instant now = Instant.now();
    double writing =
        database.map(look -> written.add(System.nanoTime(), look.written())).orElse(0.0);
    double arriving =
        brokers
            .map(
                look ->
                    onTopics.add(
                        System.nanoTime(),
                        look.ends().values().stream().mapToLong(Long::longValue).sum()))
            .orElse(0.0);
    TreeSet<String> names = new TreeSet<>(consumers());
    database.ifPresent(look -> names.addAll(look.parked().keySet()));
    return WatchPipelineResponse.newBuilder()
        .setTime(Times.of(now))
        .setCore(PipelineJudge.core(database, writing))
        .setOutbox(PipelineJudge.outbox(database))
        .setRelay(PipelineJudge.relay(database, now))
        .setKafka(PipelineJudge.kafka(brokers, trouble, arriving))
        .addAllConsumers(PipelineJudge.consumers(names, database, behind).values())
        .setSagas(PipelineJudge.sagas(database))
        .setMessages(PipelineJudge.messages(database))
        .build();
  }
}
