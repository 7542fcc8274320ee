package org.accrual.relay.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.accrual.contract.Topics;
import org.accrual.embedded.CommittedRecords;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.SharedParts;
import org.accrual.provision.Database;
import org.accrual.provision.OutboxSlot;
import org.accrual.provision.ProvisionSettings;
import org.accrual.provision.Schemas;
import org.accrual.provision.TopicPlan;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.faults.Findings.Message;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;

/** A PostgreSQL and a Kafka that may be killed, and their content. */
final class FaultStack implements AutoCloseable {
  private static final Schema TEXT =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Text", "namespace": "faults",
               "fields": [{"name": "text", "type": "string"}]}\
              """);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Path folder;
  private final int kafkaPort = FreePort.pick();
  private EmbeddedPostgres postgres;
  private Process kafka;

  FaultStack(Path folder) throws IOException {
    this.folder = folder;
    postgres = EmbeddedPostgres.start(folder.resolve("postgresql"), "127.0.0.1", 0);
    postgres.createDatabase("accrual");
    startKafka();
    DatabaseSettings database = database();
    Database.migrate(database);
    Database.maintainOutbox(database, ProvisionSettings.OUTBOX_RETENTION);
    var _ = OutboxSlot.ensure(database, OutboxSlot.NAME, false);
    TopicPlan.apply(kafkaServers(), 1);
    URI registry = URI.create(SharedParts.registry().url());
    Schemas.register(registry);
    new SchemaRegistry(registry).register(Writers.TEXT_TYPE, TEXT);
    createTopic();
  }

  DatabaseSettings database() {
    return new DatabaseSettings(postgres.jdbcUrl("accrual"), "postgres", "");
  }

  String url() {
    return database().url() + "?user=postgres";
  }

  String kafkaServers() {
    return "127.0.0.1:" + kafkaPort;
  }

  List<String> relaySettings() {
    return List.of(
        "accrual.database.url=" + database().url(),
        "accrual.kafka.bootstrap-servers=" + kafkaServers(),
        "accrual.registry.url=" + SharedParts.registry().url(),
        "accrual.relay.heartbeat=200ms",
        "accrual.http.port=" + FreePort.pick(),
        // Small, so that a COPY of 1,000 goes in slices.
        "accrual.relay.slice-rows=100",
        "accrual.relay.batch-rows=256");
  }

  Path log(String name) {
    return folder.resolve(name + ".log");
  }

  void killKafka() throws IOException {
    Programs.end(kafka);
    startKafka();
  }

  void killPostgres() {
    int port = postgres.port();
    postgres.kill();
    postgres = EmbeddedPostgres.start(folder.resolve("postgresql"), "127.0.0.1", port);
  }

  private void createTopic() {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafkaServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(
                      Topics.of(Writers.AGGREGATE_TYPE), Optional.of(12), Optional.empty())))
          .all()
          .get();
    } catch (ExecutionException cannot) {
      throw new IllegalStateException(cannot);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private void startKafka() throws IOException {
    kafka = Programs.kafka(folder.resolve("kafka"), kafkaPort);
    await().atMost(LIMIT).until(() -> EmbeddedKafka.answers(kafkaServers(), Duration.ofSeconds(2)));
  }

  /** Returns why the relay refuses to run, empty if it does not. */
  String refusal() throws SQLException {
    return query(
        "select coalesce(string_agg(coalesce(reason, '?'), ' '), '') from ops.relay where state ="
            + " 'refused'");
  }

  /** Waits until the checkpoint has reached what the database has written by now, or a refusal. */
  boolean drainedWithin(Duration limit) throws SQLException {
    long end = Position.lsn(query("select pg_current_wal_lsn()"));
    CheckpointTopic checkpoints =
        new CheckpointTopic(
            new KafkaSettings(
                kafkaServers(), OutboxSlot.NAME, Duration.ofSeconds(30), Duration.ofSeconds(30)));
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        if (checkpoints
            .newest()
            .filter(checkpoint -> checkpoint.position().lsn() >= end)
            .isPresent()) {
          return true;
        }
        if (!refusal().isEmpty()) {
          return false;
        }
        new java.util.concurrent.CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
      } catch (KafkaException notYet) {
        // The broker is on its way back.
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }

  String query(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Returns the ids of messages that fit no schema and are not in {@code outbox.rejected}. */
  List<String> misfitsNotSetAside() throws SQLException {
    return ids(
        """
        select 'misfit ' || id from outbox.message where aggregateid = 'misfit'
           and id not in (select id from outbox.rejected)\
        """);
  }

  /** Returns the ids of messages that fit their schemas and are in {@code outbox.rejected}. */
  List<String> setAsideWithoutReason() throws SQLException {
    return ids(
        """
        select 'set aside ' || id from outbox.rejected
         where id not in (select id from outbox.message where aggregateid = 'misfit')\
        """);
  }

  private List<String> ids(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> ids = new ArrayList<>();
      while (row.next()) {
        ids.add(row.getString(1));
      }
      return ids;
    }
  }

  List<Message> outbox() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select id, aggregateid, headers ->> 'number',
                       case type when 'faults.text.v1'
                         then md5(convert_from(payload, 'UTF8')::jsonb ->> 'text') else md5(payload) end
                  from outbox.message where aggregateid <> 'misfit'\
                """)) {
      List<Message> messages = new ArrayList<>();
      while (row.next()) {
        messages.add(
            new Message(row.getString(1), row.getString(2), row.getLong(3), row.getString(4)));
      }
      return messages;
    }
  }

  /** Everything on the topic under read_committed. */
  List<Message> topic() {
    List<Message> messages = new ArrayList<>();
    eachOnTopic(messages::add);
    return messages;
  }

  /** The same, one after another. */
  void eachOnTopic(Consumer<Message> messages) {
    CommittedRecords.each(
        kafkaServers(),
        Topics.of(Writers.AGGREGATE_TYPE),
        record -> messages.accept(message(record)));
  }

  private static Message message(ConsumerRecord<String, byte[]> record) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      if (header(record, "ce_type").equals(Writers.TEXT_TYPE)) {
        GenericRecord text =
            new GenericDatumReader<GenericRecord>(TEXT)
                .read(
                    null,
                    DecoderFactory.get()
                        .binaryDecoder(record.value(), 5, record.value().length - 5, null));
        md5.update(text.get("text").toString().getBytes(UTF_8));
      } else {
        md5.update(record.value(), 5, record.value().length - 5);
      }
      return new Message(
          header(record, "ce_id"),
          record.key(),
          Long.parseLong(header(record, "number")),
          HexFormat.of().formatHex(md5.digest()));
    } catch (NoSuchAlgorithmException | IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String header(ConsumerRecord<String, byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  @Override
  public void close() {
    Programs.end(kafka);
    postgres.close();
  }
}
