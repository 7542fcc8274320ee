package org.accrual.benchmarks.relay;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.embedded.EmbeddedRegistry;
import org.accrual.embedded.Folders;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Leash;
import org.accrual.local.Build;
import org.accrual.provision.Database;
import org.accrual.provision.ProvisionSettings;
import org.accrual.provision.Schemas;
import org.accrual.provision.TopicPlan;
import org.accrual.runtime.DatabaseSettings;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** PostgreSQL, Kafka and registry of the benchmark's own, and a backlog in them. */
final class Stand implements AutoCloseable {
  static final String AGGREGATE_TYPE = "bench.events";
  static final String TOPIC = "accrual." + AGGREGATE_TYPE;

  /** Of the last row of a backlog, so that its record has a topic of its own. */
  static final String LAST_AGGREGATE_TYPE = "bench.last";

  static final String LAST_TOPIC = "accrual." + LAST_AGGREGATE_TYPE;
  static final String TYPE = "accrual.study.activated.v1";
  static final int PAYLOAD = 400;

  /** As many as the topics of the product have. */
  static final int PARTITIONS = 12;

  /** Where a backlog begins; every turn reads from a copy of it. */
  private static final String ORIGIN = "bench_origin";

  private final Path folder;
  private final EmbeddedPostgres postgres;
  private final EmbeddedRegistry registry;
  private final Process kafka;
  private final String kafkaServers;
  private long end;

  private Stand(
      Path folder,
      EmbeddedPostgres postgres,
      EmbeddedRegistry registry,
      Process kafka,
      String kafkaServers) {
    this.folder = folder;
    this.postgres = postgres;
    this.registry = registry;
    this.kafka = kafka;
    this.kafkaServers = kafkaServers;
  }

  /** Durable as in production: fsync and synchronous commit are on. */
  static Stand start(int partitions) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("accrual-benchmark");
    EmbeddedPostgres postgres =
        EmbeddedPostgres.start(
            folder.resolve("postgresql"),
            "127.0.0.1",
            0,
            Map.of(
                "max_wal_size", "8GB",
                "max_replication_slots", "20",
                "track_commit_timestamp", "on"));
    postgres.createDatabase("bench");
    EmbeddedRegistry registry =
        EmbeddedRegistry.start(folder.resolve("registry"), "127.0.0.1", FreePort.pick());
    int port = FreePort.pick();
    Process kafka =
        Programs.start(
            Leash.command(
                List.of("-Xmx1g", "-XX:+UseZGC"),
                Build.here().jar("deploy/local", "accrual-local"),
                EmbeddedKafka.class.getName(),
                List.of(folder.resolve("kafka").toString(), "127.0.0.1", Integer.toString(port))),
            folder.resolve("kafka.log"));
    Stand stand = new Stand(folder, postgres, registry, kafka, "127.0.0.1:" + port);
    try {
      stand.prepare(partitions);
    } catch (RuntimeException | InterruptedException e) {
      stand.close();
      throw e;
    }
    return stand;
  }

  private void prepare(int partitions) throws InterruptedException {
    Programs.await(
        "Kafka",
        Duration.ofSeconds(60),
        () -> EmbeddedKafka.answers(kafkaServers, Duration.ofSeconds(2)));
    Database.migrate(database());
    Database.maintainOutbox(database(), ProvisionSettings.OUTBOX_RETENTION);
    TopicPlan.apply(kafkaServers, 1);
    Schemas.register(registryUrl());
    createTopic(TOPIC, partitions);
    createTopic(LAST_TOPIC, 1);
  }

  DatabaseSettings database() {
    return new DatabaseSettings(postgres.jdbcUrl("bench"), "postgres", "");
  }

  int databasePort() {
    return postgres.port();
  }

  String kafkaServers() {
    return kafkaServers;
  }

  URI registryUrl() {
    return URI.create(registry.url());
  }

  Path folder() {
    return folder;
  }

  void createTopic(String name) throws InterruptedException {
    createTopic(name, PARTITIONS);
  }

  void createTopic(String name, int partitions) throws InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafkaServers))) {
      admin
          .createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty())))
          .all()
          .get();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("topic " + name, failed);
    }
  }

  /**
   * Commits a backlog of transactions, and a last one with a single row, after the origin that
   * turns are copied from.
   */
  void load(int rows, int txRows) throws SQLException {
    sql(
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '%s'"
            .formatted(ORIGIN));
    // Rows from before the slot, and no checkpoint: the relay would refuse.
    // The table refuses TRUNCATE but to a superuser who switches its triggers off.
    sql("begin; set local session_replication_role = replica; truncate outbox.message; commit");
    sql("select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(ORIGIN));
    System.out.printf("writing %,d rows in transactions of %d …%n", rows, txRows);
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      // The load is not what is measured.
      statement.execute("set synchronous_commit = off");
      statement.execute(
          """
          do $$
          begin
            for i in 0 .. %d - 1 loop
              insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
              select uuidv7(), '%s', 'key-' || (i + n) %% 1000, '%s',
                     decode(repeat(md5((i * %d + n)::text), %d), 'hex'),
                     jsonb_build_object('ce_schemaversion', '1', 'ce_sequence', i::text)
                from generate_series(1, %d) n;
              commit;
            end loop;
          end $$\
          """
              .formatted(rows / txRows, AGGREGATE_TYPE, TYPE, txRows, PAYLOAD / 16, txRows));
    }
    sql(
        """
        insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
        values (uuidv7(), '%s', 'last', '%s', '', '{"ce_schemaversion": "1"}')\
        """
            .formatted(LAST_AGGREGATE_TYPE, TYPE));
    end = Long.parseLong(query("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"));
    sql("checkpoint");
  }

  /** Returns the place in the WAL right after the last commit of the backlog. */
  long end() {
    return end;
  }

  /** Returns the CPU time that PostgreSQL has used since its start. */
  Duration databaseCpu() throws IOException {
    return PostgresCpu.of(postgres.pid());
  }

  /** A slot that stands where the backlog begins, with no checkpoint on Kafka. */
  String copySlot(String name) throws SQLException {
    query("select pg_copy_logical_replication_slot('%s', '%s')".formatted(ORIGIN, name));
    sql("insert into ops.relay (slot) values ('%s')".formatted(name));
    return name;
  }

  void dropSlot(String name) throws SQLException, InterruptedException {
    Programs.await(
        "the end of the stream",
        Duration.ofSeconds(60),
        () ->
            query("select active from pg_replication_slots where slot_name = '%s'".formatted(name))
                .equals("f"));
    query("select pg_drop_replication_slot('%s')".formatted(name));
    sql("delete from ops.relay where slot = '%s'".formatted(name));
  }

  void sql(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  String query(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(database().url(), "postgres", "");
  }

  /** Stops all of it and deletes its data. */
  @Override
  public void close() {
    kafka.destroyForcibly().onExit().join();
    registry.close();
    postgres.close();
    Folders.delete(folder);
  }
}
