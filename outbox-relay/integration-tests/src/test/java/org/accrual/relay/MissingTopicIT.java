package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.accrual.contract.Topics;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.relay.checkpoint.KafkaSettings;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.state.Refusal.Reason;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka of its own, on which topics have been deleted. */
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
}
