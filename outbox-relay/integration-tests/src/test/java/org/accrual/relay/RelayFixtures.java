package org.accrual.relay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.accrual.contract.Topics;
import org.accrual.embedded.CommittedRecords;
import org.accrual.embedded.SharedParts;
import org.accrual.event.study.StudyActivated;
import org.accrual.provision.Database;
import org.accrual.provision.Roles;
import org.accrual.provision.Schemas;
import org.accrual.provision.TopicPlan;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.stream.outbox.SliceLimits;
import org.accrual.relay.stream.source.SourceSettings;
import org.accrual.runtime.DatabaseSettings;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A database, a slot and a name space of its own on the parts that the tests share. */
public final class RelayFixtures implements AutoCloseable {
  static final URI REGISTRY;
  private static final Admin ADMIN;
  private static final AtomicInteger SLOTS = new AtomicInteger();

  static {
    REGISTRY = URI.create(SharedParts.registry().url());
    TopicPlan.apply(SharedParts.kafka().bootstrapServers(), 1);
    Schemas.register(REGISTRY);
    ADMIN = Admin.create(Map.of("bootstrap.servers", SharedParts.kafka().bootstrapServers()));
  }

  /** Keys of this test begin with it. */
  final String prefix = UUID.randomUUID().toString();

  public final String slot = "relay_test_%d".formatted(SLOTS.incrementAndGet());
  public final DatabaseSettings database =
      new DatabaseSettings(SharedParts.database("relay", RelayFixtures::migrate), "postgres", "");
  private final TopicReader events = studyEvents();
  final Connection connection =
      DriverManager.getConnection(database.url(), database.user(), database.password());

  public RelayFixtures() throws SQLException {
    createCheckpointTopic(slot);
  }

  /** Creates the topic of a slot's checkpoint, as provision does for the slot that it makes. */
  public static void createCheckpointTopic(String slot) {
    NewTopic topic = new NewTopic(Topics.relayCheckpoint(slot), 1, (short) 1);
    ADMIN.createTopics(List.of(topic)).all().toCompletionStage().toCompletableFuture().join();
  }

  private static void migrate(String url) {
    DatabaseSettings template = new DatabaseSettings(url, "postgres", "");
    Database.migrate(template);
    Roles.ensure(template);
  }

  RelaySettings settings() {
    return settings(database, slot);
  }

  /** Returns a reader of the topic that most tests publish to; the caller closes it. */
  static TopicReader studyEvents() {
    return new TopicReader(Topics.STUDY_EVENTS);
  }

  /** Returns the settings with another database, user or password. */
  static RelaySettings on(DatabaseSettings database, RelaySettings settings) {
    SourceSettings source = settings.source();
    return new RelaySettings(
        new SourceSettings(
            database,
            source.slot(),
            source.publication(),
            source.heartbeat(),
            source.pollInterval(),
            source.ownerTimeout(),
            source.batchRows(),
            source.queueBytes(),
            source.slice()),
        settings.sink(),
        settings.registry(),
        settings.slotPoll(),
        settings.failoverSlot(),
        settings.retainedWarning(),
        settings.statusInterval());
  }

  /** Returns settings with short times, on the parts that the tests share but for the database. */
  static RelaySettings settings(DatabaseSettings database, String slot) {
    return new RelaySettings(
        new SourceSettings(
            database,
            slot,
            "accrual_outbox",
            Duration.ofMillis(200),
            Duration.ofMillis(2),
            Duration.ofSeconds(2),
            1024,
            8 * 1024 * 1024,
            new SliceLimits(1_000, 8 * 1024 * 1024)),
        new KafkaSettings(
            SharedParts.kafka().bootstrapServers(),
            slot,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30)),
        REGISTRY,
        Duration.ofMillis(100),
        false,
        1024L * 1024 * 1024,
        Duration.ofMillis(200));
  }

  public void createSlot() throws SQLException {
    sql("select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(slot));
    sql("insert into ops.relay (slot) values ('%s')".formatted(slot));
  }

  public void sql(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  public String query(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Returns the same from another connection, for several threads. */
  String queryOnItsOwn(String sql) throws SQLException {
    try (Connection own = DriverManager.getConnection(database.url(), "postgres", "");
        Statement statement = own.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  boolean slotsAreFree() throws SQLException {
    return query(
            "select not exists (select from pg_replication_slots"
                + " where active and not temporary and database = current_database())")
        .equals("t");
  }

  /** Commits rows for keys {@code prefix/name}, all in one transaction; returns their ids. */
  public List<String> commit(String... names) throws SQLException {
    List<String> ids = insert(names);
    connection.commit();
    connection.setAutoCommit(true);
    return ids;
  }

  /** Commits rows as {@link #commit} does, on another connection. */
  List<String> commitOnItsOwn(String... names) throws SQLException {
    try (Connection own = DriverManager.getConnection(database.url(), "postgres", "")) {
      own.setAutoCommit(false);
      List<String> ids = insert(own, names);
      own.commit();
      return ids;
    }
  }

  /** Inserts rows as {@link #commit} does, and leaves the transaction open. */
  public List<String> insert(String... names) throws SQLException {
    connection.setAutoCommit(false);
    return insert(connection, names);
  }

  private List<String> insert(Connection writer, String... names) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (PreparedStatement statement =
        writer.prepareStatement(
            """
            insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
            values (?::uuid, 'study.events', ?, 'accrual.study.activated.v1', ?, ?::jsonb)\
            """)) {
      for (String name : names) {
        String id = UUID.randomUUID().toString();
        ids.add(id);
        statement.setString(1, id);
        statement.setString(2, prefix + "/" + name);
        statement.setBytes(3, payload(name));
        statement.setString(
            4,
            "{\"ce_schemaversion\":\"1\",\"ce_sequence\":\"1\",\"ce_actor\":\"é-%s\"}"
                .formatted(name));
        statement.executeUpdate();
      }
    }
    return ids;
  }

  static byte[] payload(String studyId) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      StudyActivated event = StudyActivated.newBuilder().setStudyId(studyId).build();
      new org.apache.avro.specific.SpecificDatumWriter<>(StudyActivated.class)
          .write(event, encoder);
      encoder.flush();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Returns this test's records on the topic under read_committed, in order per partition. */
  List<ConsumerRecord<String, byte[]>> relayed() {
    return events.read().stream().filter(this::isOfThisTest).toList();
  }

  long countOfThisTest(List<ConsumerRecord<String, byte[]>> records) {
    return records.stream().filter(this::isOfThisTest).count();
  }

  private boolean isOfThisTest(ConsumerRecord<String, byte[]> record) {
    return record.key().startsWith(prefix);
  }

  List<String> relayedIds() {
    return relayed().stream().map(record -> header(record, "ce_id")).toList();
  }

  /** Returns the checkpoints of this test's slot, oldest first. */
  List<String> checkpoints() {
    return read(Topics.relayCheckpoint(slot)).stream()
        .map(record -> new String(record.value(), UTF_8))
        .toList();
  }

  /** Returns the place up to which the relay claims to have published, in Kafka or in the slot. */
  long passed() throws SQLException {
    return Long.parseLong(
        query(
            """
            select greatest(('%s'::jsonb ->> 'lsn')::pg_lsn, confirmed_flush_lsn) - '0/0'
            from pg_replication_slots where slot_name = '%s'\
            """
                .formatted(checkpoints().getLast(), slot)));
  }

  /** Returns the end of the WAL, in bytes from its beginning. */
  long walPosition() throws SQLException {
    return Long.parseLong(query("select pg_current_wal_insert_lsn() - '0/0'"));
  }

  static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  static List<ConsumerRecord<String, byte[]>> read(String topic) {
    return CommittedRecords.of(SharedParts.kafka().bootstrapServers(), topic);
  }

  @Override
  public void close() throws SQLException {
    events.close();
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    sql(
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
            + " where database = current_database() and not active");
    connection.close();
  }
}
