package org.accrual.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.embedded.SharedParts;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ProvisionIT {
  private static final List<String> TOPICS =
      Stream.of(
              Topics.EVENT_TOPICS,
              Topics.ANSWER_TOPICS,
              Topics.COMMAND_TOPICS,
              List.of(Topics.RELAY_CHECKPOINT))
          .flatMap(List::stream)
          .flatMap(
              topic ->
                  topic.equals(Topics.RELAY_CHECKPOINT)
                      ? Stream.of(topic)
                      : Stream.of(topic, Topics.deadLetters(topic)))
          .toList();

  private final String url = SharedParts.emptyDatabase();
  private final ProvisionSettings settings =
      new ProvisionSettings(
          new DatabaseSettings(url, "postgres", ""),
          SharedParts.kafka().bootstrapServers(),
          URI.create(SharedParts.registry().url()),
          1,
          ProvisionSettings.OUTBOX_RETENTION,
          OutboxSlot.NAME,
          ProvisionSettings.PUBLICATION,
          false);
  private final List<String> lines = new ArrayList<>();

  @AfterEach
  void dropWhatIsShared() throws Exception {
    sql("select pg_drop_replication_slot(slot_name) from pg_replication_slots");
    try (Admin admin = admin()) {
      // By name: the broker's list lags behind the controller.
      for (String topic : TOPICS) {
        try {
          admin.deleteTopics(List.of(topic)).all().get();
        } catch (ExecutionException notThere) {
          assertThat(notThere).hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
      }
      await().until(() -> admin.listTopics().names().get().isEmpty());
    }
  }

  @Test
  void bringsAnEmptyInstallationToWhatIsExpectedAndThenChangesNothing() throws Exception {
    Provision.run(settings, lines::add);

    assertThat(lines)
        .satisfiesExactly(
            line -> assertThat(line).matches("database: \\d+ migrations applied, now at .*"),
            line -> assertThat(line).isEqualTo("roles: complete"),
            line ->
                assertThat(line)
                    .isEqualTo("event schemas: %d stored", EventSchemas.released().size()),
            line -> assertThat(line).isEqualTo("outbox: 15 partitions made, 0 dropped"),
            line ->
                assertThat(line).isEqualTo("topics: 0 were there, 19 made, 0 settings corrected"),
            line ->
                assertThat(line)
                    .matches("schemas: \\d+ versions of \\d+ subjects, FULL_TRANSITIVE"),
            line -> assertThat(line).isEqualTo("publication: accrual_outbox is there"),
            line -> assertThat(line).isEqualTo("slot: accrual_outbox made"));
    try (Admin admin = admin()) {
      var described = admin.describeTopics(Topics.EVENT_TOPICS).allTopicNames().get();
      assertThat(described.values()).allSatisfy(t -> assertThat(t.partitions()).hasSize(12));
    }
    SchemaRegistry registry = new SchemaRegistry(settings.registry());
    List<Integer> ids = new ArrayList<>();
    for (Schema schema : EventSchemas.released()) {
      int id = registry.idNow(EventSchemas.typeOf(schema), schema);
      assertThat(registry.byId(id)).as("what is under the id").isEqualTo(schema);
      ids.add(id);
    }
    assertThat(ids).as("in the order of the releases").isSorted().doesNotHaveDuplicates();
    assertThat(count("select count(*) from enrollment.event_schema")).isEqualTo(ids.size());

    lines.clear();
    Provision.run(settings, lines::add);
    assertThat(lines)
        .satisfiesExactly(
            line -> assertThat(line).startsWith("database: at version "),
            line -> assertThat(line).isEqualTo("roles: complete"),
            line -> assertThat(line).isEqualTo("event schemas: 0 stored"),
            line -> assertThat(line).isEqualTo("outbox: 0 partitions made, 0 dropped"),
            line ->
                assertThat(line).isEqualTo("topics: 19 were there, 0 made, 0 settings corrected"),
            line ->
                assertThat(line)
                    .matches("schemas: \\d+ versions of \\d+ subjects, FULL_TRANSITIVE"),
            line -> assertThat(line).isEqualTo("publication: accrual_outbox is there"),
            line -> assertThat(line).isEqualTo("slot: accrual_outbox is there"));
  }

  @Test
  @DisplayName(
      "A slot that is missing where there have been messages is refused last: topics, schemas and the"
          + " slot's row, which recover needs, are made")
  void refusesAMissingSlotWhereThereHaveBeenMessages() throws Exception {
    Database.migrate(settings.database());
    sql(
        """
        insert into outbox.message (id, aggregatetype, aggregateid, type, payload)
        values (gen_random_uuid(), 'study.events', 's', 't', '')""");

    assertThatThrownBy(() -> Provision.run(settings, lines::add))
        .isInstanceOf(RecoveryNeededException.class)
        .hasMessageContaining("accrual_outbox is missing")
        .hasMessageContaining("recover");
    assertThat(count("select count(*) from pg_replication_slots")).isZero();
    assertThat(lines).anyMatch(line -> line.contains("19 made"));
    assertThat(lines).last().asString().startsWith("publication: ");
    assertThat(count("select count(*) from ops.relay where slot = 'accrual_outbox'")).isEqualTo(1);
  }

  @Test
  @DisplayName("A publication of another name is made as the migrations make theirs")
  void makesTheConfiguredPublication() throws Exception {
    Database.migrate(settings.database());

    assertThat(Publication.ensure(settings.database(), "another"))
        .isEqualTo("publication: another made");

    assertThat(
            count(
                """
                select count(distinct (pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot, tablename))
                  from pg_publication join pg_publication_tables using (pubname)\
                """))
        .isEqualTo(1);
    assertThat(count("select count(*) from pg_publication")).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "The configured slot is made, and slots and rows that do not belong together are named")
  void makesTheConfiguredSlot() throws Exception {
    Database.migrate(settings.database());
    sql("insert into ops.relay (slot) values ('gone')");
    sql("select pg_create_logical_replication_slot('unused', 'pgoutput')");

    List<String> said = OutboxSlot.ensure(settings.database(), "another", false);

    assertThat(said)
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("slot: another made"),
            line -> assertThat(line).contains("WARNING: ops.relay has slot gone"),
            line -> assertThat(line).contains("WARNING: slot unused is inactive"));
    assertThat(count("select count(*) from ops.relay where slot = 'another'")).isEqualTo(1);
  }

  @Test
  void makesASlotForStandbysWhenAsked() throws Exception {
    Database.migrate(settings.database());

    OutboxSlot.ensure(settings.database(), OutboxSlot.NAME, true);

    assertThat(count("select count(*) from pg_replication_slots where failover")).isEqualTo(1);
  }

  @Test
  void refusesASlotOfAnotherPlugin() throws Exception {
    sql("select pg_create_logical_replication_slot('accrual_outbox', 'test_decoding')");

    assertThatThrownBy(() -> OutboxSlot.ensure(settings.database(), OutboxSlot.NAME, false))
        .isInstanceOf(ProvisionRefused.class)
        .hasMessageContaining("test_decoding");
  }

  @Test
  void refusesASlotOfAnotherDatabase() throws Exception {
    sql("select pg_create_logical_replication_slot('accrual_outbox', 'pgoutput')");
    DatabaseSettings other = new DatabaseSettings(SharedParts.emptyDatabase(), "postgres", "");

    assertThatThrownBy(() -> OutboxSlot.ensure(other, OutboxSlot.NAME, false))
        .isInstanceOf(ProvisionRefused.class)
        .hasMessageContaining("not ours");
  }

  @Test
  void refusesATopicWithAnotherNumberOfPartitionsAndMakesNoOther() throws Exception {
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(Topics.SITE_EVENTS, 3, (short) 1))).all().get();

      assertThatThrownBy(() -> TopicPlan.apply(settings.bootstrapServers(), 1))
          .isInstanceOf(ProvisionRefused.class)
          .hasMessageContaining(Topics.SITE_EVENTS + " has 3 partitions, not 12");
      assertThat(admin.listTopics().names().get()).containsExactly(Topics.SITE_EVENTS);
    }
  }

  @Test
  void setsBackWhatATopicKeeps() throws Exception {
    try (Admin admin = admin()) {
      NewTopic forgetful =
          new NewTopic(Topics.SITE_EVENTS, 12, (short) 1).configs(Map.of("retention.ms", "1000"));
      admin.createTopics(List.of(forgetful)).all().get();

      assertThat(TopicPlan.apply(settings.bootstrapServers(), 1))
          .isEqualTo("topics: 1 were there, 18 made, 1 settings corrected");
    }
  }

  @Test
  void saysInOneLineWhatDoesNotAnswer() {
    DatabaseSettings nowhere =
        new DatabaseSettings("jdbc:postgresql://127.0.0.1:1/accrual", "postgres", "");

    assertThatThrownBy(() -> Database.migrate(nowhere))
        .isInstanceOf(ProvisionRefused.class)
        .hasMessageContaining("127.0.0.1:1");
    assertThatThrownBy(() -> TopicPlan.apply(settings.bootstrapServers(), 2))
        .isInstanceOf(ProvisionRefused.class)
        .hasMessageContaining(settings.bootstrapServers());
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", settings.bootstrapServers()));
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long count(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        var answer = connection.createStatement().executeQuery(sql)) {
      answer.next();
      return answer.getLong(1);
    }
  }
}
