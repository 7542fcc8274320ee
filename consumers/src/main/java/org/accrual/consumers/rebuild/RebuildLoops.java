package org.accrual.consumers.rebuild;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.consumers.EventConsumer;
import org.accrual.consumers.Rebuildable;
import org.accrual.consumers.WriterSchemas;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.intake.BatchTransaction;
import org.accrual.intake.GateTable;
import org.accrual.intake.IntakeLoop;
import org.accrual.intake.MessageDecoder;
import org.accrual.intake.OffsetTable;
import org.accrual.intake.SilentObserver;
import org.accrual.intake.Subscription;
import org.accrual.intake.TopicIds;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Fills what {@code ops.rebuild} says is to be filled. Every process that runs the projection
 * helps, since they share the topics' partitions in a group of the rebuild's own; a process that
 * dies or starts anew changes nothing but the pace. Any of them makes the switch.
 */
@ApplicationScoped
class RebuildLoops {
  private static final Logger LOG = Logger.getLogger(RebuildLoops.class.getName());
  private static final long LOOK_MILLIS = 250;
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private final ConsumersSettings settings;
  private final DataSource database;
  private final WriterSchemas schemas;
  private final TopicIds topicIds;
  private final Map<String, EventConsumer> projections = new HashMap<>();
  // Of the looking thread alone.
  private final Map<UUID, IntakeLoop> filling = new HashMap<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Heartbeat heartbeat = new Heartbeat("rebuilds");

  @Inject
  RebuildLoops(
      ConsumersSettings settings,
      @EffectsPool DataSource database,
      WriterSchemas schemas,
      Instance<EventConsumer> consumers) {
    this.settings = settings;
    this.database = database;
    this.schemas = schemas;
    this.topicIds = new TopicIds(settings.intake().bootstrapServers());
    for (EventConsumer consumer : consumers) {
      if (consumer instanceof Rebuildable && settings.enabled().contains(consumer.name())) {
        projections.put(consumer.name(), consumer);
      }
    }
  }

  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    if (projections.isEmpty()) {
      ended.countDown();
    } else {
      Thread.ofVirtual().name("rebuilds").start(heartbeat.watch(this::run));
    }
  }

  void stop(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
    heartbeat.stop();
    stopping.countDown();
    try {
      if (!ended.await(STOP_WITHIN.multipliedBy(2).toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "a rebuild did not stop in time; it continues where it committed");
      }
      topicIds.close();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        heartbeat.beat();
        look();
      }
      for (IntakeLoop loop : filling.values()) {
        end(loop);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  private void look() throws InterruptedException {
    try {
      List<Rebuild> underWay = underWay();
      Set<UUID> over = new HashSet<>(filling.keySet());
      for (Rebuild rebuild : underWay) {
        over.remove(rebuild.id());
        if (projections.containsKey(rebuild.projection())) {
          fill(rebuild);
        }
      }
      for (UUID id : over) {
        IntakeLoop loop = filling.remove(id);
        if (loop != null) {
          end(loop);
        }
      }
    } catch (SQLException away) {
      LOG.log(Level.INFO, "rebuilds, if there are any, wait for the database", away);
    }
  }

  private List<Rebuild> underWay() throws SQLException {
    try (Connection connection = database.getConnection()) {
      List<Rebuild> underWay = RebuildTable.underWay(connection);
      connection.rollback();
      return underWay;
    }
  }

  private void fill(Rebuild rebuild) throws SQLException, InterruptedException {
    IntakeLoop loop = filling.get(rebuild.id());
    if (loop == null) {
      loop = loop(rebuild);
      filling.put(rebuild.id(), loop);
      loop.start();
      LOG.log(
          Level.INFO, "fills {0} for rebuild {1}", new Object[] {rebuild.schema(), rebuild.id()});
    }
    boolean switched;
    try (Connection connection = database.getConnection()) {
      RebuildTable.trouble(connection, rebuild.id(), loop.trouble());
      connection.commit();
      switched = RebuildTable.switchVersion(connection, rebuild.id());
      connection.commit();
    }
    if (switched) {
      filling.remove(rebuild.id());
      end(loop);
      LOG.log(
          Level.INFO,
          "{0} is served from the version that rebuild {1} filled; the one before is kept as {0}_old",
          new Object[] {rebuild.projection(), rebuild.id()});
    }
  }

  private IntakeLoop loop(Rebuild rebuild) {
    EventConsumer consumer = projections.get(rebuild.projection());
    if (!(consumer instanceof Rebuildable rebuildable)) {
      throw new IllegalStateException("no projection " + rebuild.projection());
    }
    BatchTransaction transaction =
        BatchTransaction.replaying(
            database,
            new MessageDecoder(schemas::byId),
            new GateTable(rebuild.schema()),
            rebuildable.into(rebuild.schema()));
    return new IntakeLoop(
        new Subscription(rebuild.projection() + ".rebuild." + rebuild.id(), consumer.topics()),
        settings.intake(),
        transaction::apply,
        new SilentObserver(),
        new OffsetTable(rebuild.schema(), database, topicIds));
  }

  private static void end(IntakeLoop loop) throws InterruptedException {
    loop.beginStop();
    if (!loop.awaitStop(STOP_WITHIN)) {
      LOG.log(Level.WARNING, "{0} did not stop in time", loop.subscription().consumer());
    }
  }
}
