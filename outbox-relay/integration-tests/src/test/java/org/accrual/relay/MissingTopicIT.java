package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.accrual.contract.Topics;
import org.accrual.embedded.CommittedRecords;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.state.Refusal.Reason;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Relays to a Kafka of its own, whose topics are missing or take small records only. */
class MissingTopicIT {
  @TempDir Path folder;

  private final RelayFixtures fixtures = new RelayFixtures();
  private EmbeddedKafka kafka;
  private RelayRun relay;

  MissingTopicIT() throws Exception {}

  @BeforeEach
  void start() {
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), "127.0.0.1", 0);
    RelaySettings shared = fixtures.settings();
    relay =
        new RelayRun(
            fixtures,
            new RelaySettings(
                shared.source(),
                new KafkaSettings(
                    kafka.bootstrapServers(),
                    fixtures.slot,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(3)),
                shared.registry(),
                shared.slotPoll(),
                shared.failoverSlot(),
                shared.retainedWarning(),
                shared.statusInterval()));
  }

  @AfterEach
  void stop() throws Exception {
    relay.close();
    fixtures.close();
    kafka.close();
  }

  @Test
  @DisplayName(
      "A missing topic is refused by name, first that of the checkpoints, then that of a record")
  void refusesAMissingTopic() throws Exception {
    fixtures.createSlot();
    relay.start();
    String checkpoints = Topics.relayCheckpoint(fixtures.slot);
    assertThat(relay.awaitRefused(Reason.TOPIC_MISSING).detail()).contains(checkpoints);
    relay.stop();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(checkpoints, 1, (short) 1))).all().get();
    }

    relay.startStreaming();
    fixtures.commit("a", "b", "c");

    assertThat(relay.awaitRefused(Reason.TOPIC_MISSING).detail()).contains(Topics.STUDY_EVENTS);
  }

  @Test
  @DisplayName("A record that is too large for its topic waits until the topic's limit is raised")
  void waitsForTheTopicsLimit() throws Exception {
    fixtures.createSlot();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      NewTopic events = new NewTopic(Topics.STUDY_EVENTS, 1, (short) 1);
      admin
          .createTopics(
              List.of(
                  new NewTopic(Topics.relayCheckpoint(fixtures.slot), 1, (short) 1),
                  events.configs(Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "100"))))
          .all()
          .get();
      relay.startStreaming();

      List<String> ids = fixtures.commit("a", "b");

      await().atMost(RelayRun.LIMIT).until(() -> relay.waiting().isPresent());
      assertThat(relay.waiting().orElseThrow().toString())
          .startsWith("RECORD_UNFIT: outbox record " + ids.getFirst());
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, Topics.STUDY_EVENTS),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "10000"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
      await()
          .atMost(RelayRun.LIMIT)
          .until(
              () -> CommittedRecords.of(kafka.bootstrapServers(), Topics.STUDY_EVENTS).size() == 2);
      assertThat(relay.waiting()).isEmpty();
      assertThat(relay.failures).isEmpty();
    }
  }
}
