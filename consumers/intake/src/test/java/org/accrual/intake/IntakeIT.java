package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.accrual.contract.EventSchemas;
import org.accrual.embedded.SharedParts;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** From a topic to effects: real broker, database and registry. */
class IntakeIT {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
  private static final int PARTITIONS = 4;

  private final TopicFixture topic = new TopicFixture(PARTITIONS);
  private final ProbeTables tables = new ProbeTables();
  private final URI registry = URI.create(SharedParts.registry().url());
  private final EventWriter writer =
      new EventWriter(SharedParts.kafka().bootstrapServers(), registry);
  private final RecordingObserver observed = new RecordingObserver();
  private final List<IntakeLoop> loops = new ArrayList<>();

  @BeforeAll
  static void registerTheSchema() {
    new SchemaRegistry(URI.create(SharedParts.registry().url()))
        .register(EventSchemas.typeOf(EVENT.getSchema()), EVENT.getSchema());
  }

  @AfterEach
  void close() throws InterruptedException {
    stopAll();
    writer.close();
    topic.close();
    tables.close();
  }

  @Test
  void everyEventTakesEffectOnceAndInOrderThoughEachComesTenTimes() throws Exception {
    int keys = 20;
    int versions = 5;
    for (int version = 1; version <= versions; version++) {
      for (int time = 0; time < 10; time++) {
        for (int key = 0; key < keys; key++) {
          write("key-" + key, version);
        }
      }
    }
    writer.flush();

    start();

    awaitEffects(keys, versions);
    await().untilAsserted(() -> assertThat(observed.repeats).hasValue(9 * keys * versions));
    assertThat(observed.applied).hasValue(keys * versions);
  }

  @Test
  void aCrashBetweenCommitAndOffsetCommitRepeatsNothing() throws Exception {
    writeStreams(10, 1, 3);
    start();
    awaitEffects(10, 3);
    stopAll();

    topic.rewind();
    writeStreams(10, 4, 5);
    start();

    awaitEffects(10, 5);
    await().untilAsserted(() -> assertThat(observed.repeats).hasValue(30));
  }

  @Test
  void loopsThatComeAndGoUnderLoadLoseAndRepeatNothing() throws Exception {
    int keys = 50;
    for (int round = 1; round <= 8; round++) {
      writeStreams(keys, round, round);
      IntakeLoop joining = start();
      await().until(() -> joining.state() != IntakeState.JOINING);
      if (loops.size() > 2) {
        loops.removeFirst().beginStop();
      }
    }

    awaitEffects(keys, 8);
  }

  @Test
  void aGapStopsItsPartitionOnly() throws Exception {
    writeStreams(40, 1, 1);
    write("gappy", 1);
    write("gappy", 3);
    int gappy = writer.flush().getLast().partition();
    IntakeLoop loop = start();

    await().until(() -> loop.state() == IntakeState.HALTED);
    assertThat(loop.trouble()).contains("gappy", "version 3", "version 1");
    writeStreams(40, 2, 2);
    Map<Integer, List<String>> keysByPartition = keysByPartition(40);
    keysByPartition.forEach(
        (partition, keys) -> {
          if (partition != gappy) {
            await()
                .untilAsserted(
                    () ->
                        assertThat(tables.effects())
                            .extractingByKeys(keys.toArray(String[]::new))
                            .allMatch(versions -> versions.equals(List.of(1L, 2L))));
          }
        });
    assertThat(tables.effects().get("gappy")).containsExactly(1L);
    assertThat(loop.state()).isEqualTo(IntakeState.HALTED);
    assertThat(tables.effects())
        .extractingByKeys(keysByPartition.get(gappy).toArray(String[]::new))
        .allMatch(versions -> versions.equals(List.of(1L)));
  }

  @Test
  void aDatabaseThatGoesAwayOnlyDelays() throws Exception {
    writeStreams(10, 1, 1);
    IntakeLoop loop = start();
    awaitEffects(10, 1);

    String name = tables.database.getJdbcUrl().replaceAll(".*/([^/?]+)\\?.*", "$1");
    String admin = SharedParts.postgres().jdbcUrl("postgres") + "?user=postgres";
    try (Connection connection = DriverManager.getConnection(admin);
        var statement = connection.createStatement()) {
      statement.execute("alter database " + name + " allow_connections false");
      statement.execute(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'"
              .formatted(name));
      writeStreams(10, 2, 2);
      await().until(() -> loop.state() == IntakeState.RETRYING);
      assertThat(loop.trouble()).contains("10 records");
      statement.execute("alter database " + name + " allow_connections true");
    }

    awaitEffects(10, 2);
    await().until(() -> loop.state() == IntakeState.RUNNING);
  }

  private IntakeLoop start() {
    IntakeSettings settings =
        new IntakeSettings(
            SharedParts.kafka().bootstrapServers(),
            50,
            Duration.ofSeconds(6),
            Duration.ofMillis(500));
    BatchTransaction transaction =
        new BatchTransaction(
            tables.database,
            new MessageDecoder(new SchemaRegistry(registry)::byId),
            ProbeTables.GATE,
            ProbeTables::append);
    IntakeLoop loop = new IntakeLoop(topic.subscription, settings, transaction::apply, observed);
    loops.add(loop);
    loop.start();
    return loop;
  }

  private void stopAll() throws InterruptedException {
    for (IntakeLoop loop : loops) {
      loop.beginStop();
    }
    for (IntakeLoop loop : loops) {
      assertThat(loop.awaitStop(Duration.ofSeconds(20))).isTrue();
    }
    loops.clear();
  }

  private void writeStreams(int keys, long from, long to) {
    for (long version = from; version <= to; version++) {
      for (int key = 0; key < keys; key++) {
        write("key-" + key, version);
      }
    }
    writer.flush();
  }

  private void write(String key, long version) {
    writer.send(topic.name, key, version, EVENT);
  }

  private Map<Integer, List<String>> keysByPartition(int keys) {
    Map<Integer, List<String>> byPartition = new TreeMap<>();
    for (int key = 0; key < keys; key++) {
      String name = "key-" + key;
      byPartition
          .computeIfAbsent(
              org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey(
                  name.getBytes(java.nio.charset.StandardCharsets.UTF_8), PARTITIONS),
              p -> new ArrayList<>())
          .add(name);
    }
    return byPartition;
  }

  /** Every key has exactly the versions 1 to the last, in this order. */
  private void awaitEffects(int keys, long last) {
    List<Long> versions = LongStream.rangeClosed(1, last).boxed().toList();
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              Map<String, List<Long>> effects = tables.effects();
              assertThat(effects).hasSize(keys);
              assertThat(effects.values()).allMatch(versions::equals);
            });
  }
}
