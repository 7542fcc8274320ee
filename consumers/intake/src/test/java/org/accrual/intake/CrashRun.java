package org.accrual.intake;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.accrual.contract.EventSchemas;
import org.accrual.embedded.SharedParts;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.specific.SpecificRecord;

/**
 * Runs three processes that share a topic under load; every 2 s one is killed, stopped or paused,
 * and started again. Each event is delivered in order once, and again any number of times in any
 * order.
 */
final class CrashRun implements AutoCloseable {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
  private static final int PROCESSES = 3;
  private static final int KEYS = 100;
  private static final Duration BETWEEN = Duration.ofSeconds(2);
  private static final Duration SETTLED = Duration.ofSeconds(90);

  private final Random faultRandom;
  private final Random loadRandom;
  private final int deliveries;
  private final PlantedBug bug;
  private final TopicFixture topic = new TopicFixture(8);
  private final ProbeTables tables = new ProbeTables();
  private final EventWriter writer;
  private final List<ProbeProcess> processes = new ArrayList<>();
  private final Path log = Path.of("target", topic.name + ".log");
  private volatile boolean writing = true;

  /** What is wrong after all has settled; all zero if nothing is. */
  record Findings(long events, long lost, long repeated, long disordered, long parked) {}

  /**
   * @param deliveries of each event, on average
   */
  CrashRun(long seed, int deliveries, PlantedBug bug) {
    // One for each thread, or neither order would follow from the seed.
    this.faultRandom = new Random(seed);
    this.loadRandom = new Random(seed + 1);
    this.deliveries = deliveries;
    this.bug = bug;
    URI registry = URI.create(SharedParts.registry().url());
    new SchemaRegistry(registry)
        .register(EventSchemas.typeOf(EVENT.getSchema()), EVENT.getSchema());
    this.writer = new EventWriter(SharedParts.kafka().bootstrapServers(), registry);
  }

  /** Interrupts the processes that often, then lets all settle. */
  Findings run(int faults) throws Exception {
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(start());
    }
    CompletableFuture<Long> load = CompletableFuture.supplyAsync(this::write);
    await().atMost(SETTLED).until(() -> !tables.effects().isEmpty());
    for (int fault = 0; fault < faults; fault++) {
      interrupt(faultRandom.nextInt(PROCESSES), fault);
    }
    writing = false;
    long versions = load.get(SETTLED.toSeconds(), TimeUnit.SECONDS);
    settle();
    return findings(versions);
  }

  private void interrupt(int number, int fault) {
    ProbeProcess process = processes.get(number);
    switch (fault % 3) {
      case 0 -> process.kill();
      case 1 -> process.stop();
      default -> {
        // Longer than the session: others take over, then it goes on with what it had.
        process.pause();
        LockSupport.parkNanos(BETWEEN.multipliedBy(4).toNanos());
        process.goOn();
        LockSupport.parkNanos(BETWEEN.toNanos());
        return;
      }
    }
    processes.set(number, start());
    LockSupport.parkNanos(BETWEEN.toNanos());
  }

  private ProbeProcess start() {
    return ProbeProcess.start(tables, topic.subscription, bug, log);
  }

  /** Answers how many versions each key has. */
  private long write() {
    long version = 0;
    while (writing || version < 10) {
      version++;
      for (int key = 0; key < KEYS; key++) {
        writer.send(topic.name, "key-" + key, version, EVENT);
        for (int again = 1; again < deliveries; again++) {
          int other = loadRandom.nextInt(KEYS);
          // Of another key this round has not come to yet, the round before is the last there is.
          long last = other <= key ? version : version - 1;
          if (last > 0) {
            long back = Math.min(last - 1, loadRandom.nextInt(20));
            writer.send(topic.name, "key-" + other, last - back, EVENT);
          }
        }
      }
      writer.flush();
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    return version;
  }

  /** Until nothing has changed for a while and all is committed. */
  private void settle() {
    long[] seen = {-1};
    await()
        .atMost(SETTLED)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              long now =
                  topic.lag() + tables.effects().values().stream().mapToLong(List::size).sum();
              boolean still = now == seen[0] && topic.lag() == 0;
              seen[0] = now;
              return still;
            });
  }

  private Findings findings(long versions) throws SQLException {
    Map<String, List<Long>> effects = tables.effects();
    long lost = 0;
    long repeated = 0;
    long disordered = 0;
    for (int key = 0; key < KEYS; key++) {
      List<Long> applied = effects.getOrDefault("key-" + key, List.of());
      Map<Long, Integer> times = new HashMap<>();
      applied.forEach(version -> times.merge(version, 1, Integer::sum));
      lost += LongStream.rangeClosed(1, versions).filter(v -> !times.containsKey(v)).count();
      repeated += applied.size() - times.size();
      for (int i = 1; i < applied.size(); i++) {
        disordered += applied.get(i) < applied.get(i - 1) ? 1 : 0;
      }
    }
    long parked = tables.rows("select letter_id from deadletter.letter").size();
    return new Findings(versions * KEYS, lost, repeated, disordered, parked);
  }

  @Override
  public void close() {
    writing = false;
    processes.forEach(ProbeProcess::kill);
    writer.close();
    topic.close();
    tables.close();
  }
}
