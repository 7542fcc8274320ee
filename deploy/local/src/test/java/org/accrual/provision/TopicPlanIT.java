package org.accrual.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.accrual.contract.Topics;
import org.accrual.embedded.EmbeddedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of the topics, on a broker whose defaults differ. */
class TopicPlanIT {
  private static final String UNCLEAN = "unclean.leader.election.enable";

  @TempDir Path folder;

  private EmbeddedKafka kafka;
  private Admin admin;

  @BeforeEach
  void start() {
    kafka = EmbeddedKafka.start(folder.resolve("kafka"), "127.0.0.1", 0, Map.of(UNCLEAN, "true"));
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  @AfterEach
  void stop() {
    admin.close();
    kafka.close();
  }

  @Test
  @DisplayName("No topic, new or older, accepts a leader that lacks committed records")
  void forbidsUncleanLeaders() throws Exception {
    admin.createTopics(List.of(new NewTopic(Topics.SITE_EVENTS, 12, (short) 1))).all().get();

    TopicPlan.apply(kafka.bootstrapServers(), 1);

    assertThat(topics().stream().map(topic -> value(topic, UNCLEAN)))
        .hasSize(19)
        .containsOnly("false");
  }

  @Test
  @DisplayName("The topic of the checkpoints has small segments, so that it is compacted soon")
  void keepsTheCheckpointsInSmallSegments() throws Exception {
    TopicPlan.apply(kafka.bootstrapServers(), 1);

    Config checkpoints = config(List.of(Topics.RELAY_CHECKPOINT)).iterator().next();
    assertThat(value(checkpoints, "cleanup.policy")).isEqualTo("compact");
    assertThat(value(checkpoints, "segment.bytes")).isEqualTo("16777216");
    assertThat(value(checkpoints, "segment.ms")).isEqualTo("3600000");
  }

  private Collection<Config> topics() throws Exception {
    // The broker's list lags behind the controller.
    return config(
        await().until(() -> admin.listTopics().names().get(), names -> names.size() == 19));
  }

  private Collection<Config> config(Collection<String> topics) throws Exception {
    return admin
        .describeConfigs(
            topics.stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList())
        .all()
        .get()
        .values();
  }

  private static String value(Config config, String key) {
    ConfigEntry entry = config.get(key);
    return entry.value();
  }
}
