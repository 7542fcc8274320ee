package org.accrual.relay;

import static java.util.Comparator.naturalOrder;
import static org.accrual.relay.RelayFixtures.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.accrual.embedded.SharedParts;
import org.accrual.fixtures.Seeds;
import org.accrual.relay.HostileInputs.Input;
import org.accrual.relay.state.RelayState;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A role that may publish to one aggregate type")
class HostileRoleIT {
  private static final int INPUTS = 200;
  private static final Duration PROBE_EVERY = Duration.ofMillis(50);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

  private final RelayFixtures fixtures = new RelayFixtures();
  private final RelayRun relay = new RelayRun(fixtures);
  private final String role = "hostile_" + UUID.randomUUID().toString().replace('-', '_');
  private final String aggregateType = role + ".results";
  private final String type = aggregateType + ".v1";
  private final TopicReader own = new TopicReader(ownTopics());
  private final Set<String> honest = ConcurrentHashMap.newKeySet();
  private final Map<String, Long> committed = new ConcurrentHashMap<>();
  private final ScheduledExecutorService honestWriter =
      Executors.newSingleThreadScheduledExecutor();

  HostileRoleIT() throws SQLException {}

  @BeforeEach
  void start() throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", SharedParts.kafka().bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(Topics.of(aggregateType), Optional.of(1), Optional.empty())
                      .configs(Map.of("max.message.bytes", "100000"))))
          .all()
          .get();
    }
    new SchemaRegistry(RelayFixtures.REGISTRY)
        .register(
            type,
            SchemaBuilder.record("Result")
                .fields()
                .requiredString("sample")
                .optionalDouble("value")
                .endRecord());
    fixtures.sql("create role %s login".formatted(role));
    fixtures.sql("grant usage on schema outbox to " + role);
    fixtures.sql("grant execute on function outbox.publish, outbox.publish_raw to " + role);
    fixtures.sql("select outbox.allow('%s', '%s')".formatted(role, aggregateType));
    fixtures.createSlot();
    relay.startStreaming();
    warmUp();
  }

  /**
   * Lets the relay load its classes and connect to all parts, which the first messages wait for.
   */
  private void warmUp() throws SQLException {
    for (String firstType : List.of(type, "unknown")) {
      fixtures.sql(
          "select outbox.publish('%s', 'k', '%s', '{\"sample\": \"s\"}')"
              .formatted(aggregateType, firstType));
    }
    honest.addAll(fixtures.commit("first"));
    await().atMost(RelayRun.LIMIT).until(() -> !fixtures.relayed().isEmpty());
  }

  @AfterEach
  void stop() throws Exception {
    honestWriter.shutdownNow();
    assertThat(honestWriter.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    relay.close();
    own.close();
    fixtures.sql("drop owned by %s cascade".formatted(role));
    fixtures.sql("drop role " + role);
    fixtures.close();
  }

  @Test
  @DisplayName("delays no other message by a second and forges nothing, whatever it tries")
  void delaysNothingAndForgesNothing() throws Exception {
    try (Receipts receipts = new Receipts(Topics.STUDY_EVENTS)) {
      ScheduledFuture<?> probes =
          honestWriter.scheduleWithFixedDelay(
              this::probe, 0, PROBE_EVERY.toMillis(), TimeUnit.MILLISECONDS);
      int accepted = tryAll(new HostileInputs(Seeds.of(HostileRoleIT.class), aggregateType, type));
      assertThat(accepted).as("accepted inputs").isBetween(INPUTS / 10, INPUTS * 9 / 10);
      assertThat(probes.isDone()).as("the honest writer has failed").isFalse();
      probes.cancel(false);
      honestWriter.submit(this::probe).get(30, TimeUnit.SECONDS);

      await()
          .atMost(RelayRun.LIMIT)
          .until(() -> receipts.nanoTimes().keySet().containsAll(committed.keySet()));
      assertThat(longestDelay(receipts.nanoTimes())).isLessThan(LONGEST_DELAY);
    }
    assertThat(own.read().stream().filter(record -> !isGenuine(record)))
        .extracting(ConsumerRecord::topic)
        .isEmpty();
    assertThat(fixtures.query("select count(*) from outbox.allowed")).isEqualTo("1");
    awaitAllOfItPublishedOrSetAside();
    assertThat(relay.state()).isEqualTo(RelayState.STREAMING);
    assertThat(relay.failures).isEmpty();
  }

  private Duration longestDelay(Map<String, Long> received) {
    return committed.entrySet().stream()
        .map(each -> Duration.ofNanos(received.get(each.getKey()) - each.getValue()))
        .max(naturalOrder())
        .orElseThrow();
  }

  private void probe() {
    try {
      String id = fixtures.commit("probe").getFirst();
      committed.put(id, System.nanoTime());
      honest.add(id);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns how many of the inputs the database has accepted. */
  private int tryAll(HostileInputs inputs) throws SQLException {
    int accepted = 0;
    try (Connection connection = DriverManager.getConnection(fixtures.database.url(), role, "")) {
      for (Input input : (Iterable<Input>) inputs.stream().limit(INPUTS)::iterator) {
        try (PreparedStatement statement = connection.prepareStatement(input.sql())) {
          for (int i = 0; i < input.parameters().size(); i++) {
            statement.setObject(i + 1, input.parameters().get(i));
          }
          statement.execute();
          accepted++;
        } catch (SQLException _) {
          // Refused, as most inputs are.
        }
      }
      assertThat(connection.isValid(5)).as("connection of the hostile role").isTrue();
    }
    return accepted;
  }

  private boolean isGenuine(ConsumerRecord<String, byte[]> record) {
    return record.topic().equals(Topics.RELAY_CHECKPOINT)
        ? record.key().equals(fixtures.slot)
        : honest.contains(header(record, "ce_id"));
  }

  private void awaitAllOfItPublishedOrSetAside() throws SQLException {
    int written =
        Integer.parseInt(
            fixtures.query(
                "select count(*) from outbox.message where aggregatetype = '%s'"
                    .formatted(aggregateType)));
    int rejected = Integer.parseInt(fixtures.query("select count(*) from outbox.rejected"));
    assertThat(rejected).isBetween(1, written - 1);
    await()
        .atMost(RelayRun.LIMIT)
        .untilAsserted(
            () ->
                assertThat(RelayFixtures.read(Topics.of(aggregateType)))
                    .hasSize(written - rejected));
  }

  private static String[] ownTopics() {
    return Stream.concat(
            Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
                .flatMap(List::stream)
                .flatMap(topic -> Stream.of(topic, Topics.deadLetters(topic))),
            Stream.of(Topics.RELAY_CHECKPOINT))
        .toArray(String[]::new);
  }
}
