package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.accrual.contract.EventSchemas;
import org.accrual.embedded.SharedParts;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From a topic to effects: real broker, database and registry. */
class IntakeIT {
  private static final SpecificRecord EVENT =
      EnrollmentStory.onStudy("study", "site").events().getFirst();
  private static final int PARTITIONS = 4;
  private static final List<Long> BOTH = List.of(1L, 2L);

  private final TopicFixture topic = new TopicFixture(PARTITIONS);
  private final ProbeTables tables = new ProbeTables();
  private final URI registry = URI.create(SharedParts.registry().url());
  private final EventWriter writer =
      new EventWriter(SharedParts.kafka().bootstrapServers(), registry);
  private final TopicIds topicIds = new TopicIds(SharedParts.kafka().bootstrapServers());
  private final RecordingObserver observed = new RecordingObserver();
  private final List<IntakeLoop> loops = new ArrayList<>();
  private final List<RedriveLoop> redrives = new ArrayList<>();

  @BeforeAll
  static void registerTheSchema() {
    new SchemaRegistry(URI.create(SharedParts.registry().url()))
        .register(EventSchemas.typeOf(EVENT.getSchema()), EVENT.getSchema());
  }

  @AfterEach
  void close() throws InterruptedException {
    stopAll();
    topicIds.close();
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
  @DisplayName("A group that Kafka has forgotten continues where the database says")
  void anExpiredGroup() throws Exception {
    writeStreams(10, 1, 3);
    start();
    awaitEffects(10, 3);
    stopAll();

    topic.rewind();
    writeStreams(10, 4, 5);
    start();

    awaitEffects(10, 5);
    assertThat(observed.repeats).hasValue(0);
  }

  @Test
  @DisplayName("A consumer whose offsets are deleted reads everything again, and repeats nothing")
  void deletedOffsets() throws Exception {
    writeStreams(10, 1, 3);
    start();
    awaitEffects(10, 3);
    stopAll();

    tables.execute("delete from ops.consumer_offset");
    writeStreams(10, 4, 5);
    start();

    awaitEffects(10, 5);
    await().untilAsserted(() -> assertThat(observed.repeats).hasValue(30));
  }

  @Test
  @DisplayName("After a restore to an earlier state everything later takes effect again, once")
  void aRestoredDatabase() throws Exception {
    writeStreams(10, 1, 2);
    start();
    awaitEffects(10, 2);
    stopAll();
    tables.execute(
        "create table saved_effect as table probe.effect",
        "create table saved_applied as table probe.applied",
        "create table saved_offset as table ops.consumer_offset");
    writeStreams(10, 3, 4);
    start();
    awaitEffects(10, 4);
    stopAll();

    tables.execute(
        "truncate probe.effect, probe.applied, ops.consumer_offset",
        "insert into probe.effect select * from saved_effect",
        "insert into probe.applied select * from saved_applied",
        "insert into ops.consumer_offset select * from saved_offset");
    start();

    awaitEffects(10, 4);
    assertThat(observed.repeats).hasValue(0);
  }

  @Test
  @DisplayName("A topic that was made again is read from its beginning")
  void aTopicMadeAgain() throws Exception {
    writeStreams(10, 1, 3);
    start();
    awaitEffects(10, 3);
    stopAll();
    OffsetTable offsets = offsets();
    List<TopicPartition> partitions = List.of(topic.partition(0));
    assertThat(offsets.start(partitions).get(topic.partition(0))).isPositive();

    topic.makeAgain();
    // Brokers learn of the new topic at different times.
    await().until(() -> offsets.isMadeAgain(List.of(topic.name)));
    writeStreams(10, 4, 4);
    start();

    awaitEffects(10, 4);
    assertThat(observed.repeats).hasValue(0);
  }

  @Test
  @DisplayName("A crash before the offset is copied to Kafka repeats nothing")
  void aCrashBeforeOffsetCommit() throws Exception {
    writeStreams(10, 1, 3);
    ProbeProcess dying =
        ProbeProcess.start(
            tables,
            topic.subscription,
            PlantedBug.DIE_BEFORE_OFFSET_COMMIT,
            Path.of("target", topic.name + ".log"));
    assertThat(dying.awaitEnd()).isEqualTo(PlantedBug.DEATH);
    assertThat(tables.effects()).isNotEmpty();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      assertThat(topic.committed(partition)).as("offset of partition %d", partition).isEqualTo(-1);
    }

    start();

    awaitEffects(10, 3);
    assertThat(observed.repeats).hasValue(0);
  }

  @Tag("faults")
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
  void aGapParksItsStreamUntilTheMissingEventComes() throws Exception {
    writeStreams(40, 1, 1);
    write("gappy", 1);
    write("gappy", 3);
    IntakeLoop loop = start();

    await()
        .untilAsserted(
            () ->
                assertThat(
                        tables.rows(
                            "select key, place, cause, version, attempts from ops.dead_letters"))
                    .containsExactly("gappy|1|gap|3|1"));
    write("gappy", 4);
    writeStreams(40, 2, 2);
    await()
        .untilAsserted(
            () -> assertThat(tables.effects().values().stream().filter(BOTH::equals)).hasSize(40));
    assertThat(tables.effects().get("gappy")).containsExactly(1L);
    assertThat(loop.state()).isEqualTo(IntakeState.RUNNING);

    write("gappy", 2);
    writer.flush();

    await()
        .untilAsserted(
            () -> assertThat(tables.effects().get("gappy")).containsExactly(1L, 2L, 3L, 4L));
    await().until(() -> tables.rows("select * from deadletter.stream").isEmpty());
    write("gappy", 5);
    writer.flush();
    await().untilAsserted(() -> assertThat(tables.effects().get("gappy")).endsWith(5L));
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
      // How many a poll brings is the broker's choice.
      assertThat(loop.trouble()).matches("a batch of \\d+ records was not applied; .*");
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
    IntakeLoop loop =
        new IntakeLoop(topic.subscription, settings, transaction::apply, observed, offsets());
    loops.add(loop);
    loop.start();
    RedriveLoop redrive = new RedriveLoop("probe", transaction::redrive, settings.retryPause());
    redrives.add(redrive);
    redrive.start();
    return loop;
  }

  private OffsetTable offsets() {
    return new OffsetTable("probe", tables.database, topicIds);
  }

  private void stopAll() throws InterruptedException {
    for (IntakeLoop loop : loops) {
      loop.beginStop();
    }
    for (IntakeLoop loop : loops) {
      assertThat(loop.awaitStop(Duration.ofSeconds(20))).isTrue();
    }
    loops.clear();
    for (RedriveLoop redrive : redrives) {
      redrive.beginStop();
      assertThat(redrive.awaitStop(Duration.ofSeconds(20))).isTrue();
    }
    redrives.clear();
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
