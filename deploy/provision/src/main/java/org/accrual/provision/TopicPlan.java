package org.accrual.provision;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/**
 * The topics with their partitions and what they keep. A key must not move, so the number of
 * partitions never changes: another number is refused. Settings that differ are set again.
 */
public final class TopicPlan {
  private static final int EVENT_PARTITIONS = 12;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Kept for ever: projections are rebuilt from the beginning. */
  private static final Map<String, String> EVENTS =
      Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1");

  /** A command is void after its deadline; a week leaves time to look into one. */
  private static final Map<String, String> COMMANDS =
      Map.of(
          "cleanup.policy", "delete", "retention.ms", Long.toString(Duration.ofDays(7).toMillis()));

  /** As long as the tables keep what was settled. */
  private static final Map<String, String> DEAD_LETTERS =
      Map.of(
          "cleanup.policy",
          "delete",
          "retention.ms",
          Long.toString(Duration.ofDays(30).toMillis()));

  /** In small segments, since the one that is written to is never compacted. */
  private static final Map<String, String> CHECKPOINT =
      Map.of(
          "cleanup.policy",
          "compact",
          "segment.bytes",
          Integer.toString(16 * 1024 * 1024),
          "segment.ms",
          Long.toString(Duration.ofHours(1).toMillis()));

  private TopicPlan() {}

  private record Topic(String name, int partitions, Map<String, String> settings) {
    private Topic {
      Map<String, String> all = new LinkedHashMap<>(settings);
      // A replica that lacks committed records must not become the leader.
      all.put("unclean.leader.election.enable", "false");
      settings = Map.copyOf(all);
    }
  }

  /** Does the same as the other {@code apply} for a relay with the default slot. */
  public static String apply(String bootstrapServers, int replicationFactor) {
    return apply(bootstrapServers, replicationFactor, OutboxSlot.NAME);
  }

  /**
   * Makes the topics that are missing; answers one line. Changes nothing if it refuses.
   *
   * @param replicationFactor of new topics; with 3 or more, all but one replica must acknowledge
   * @param slot of the relay, which names the topic of its checkpoint
   * @throws ProvisionRefused if a topic has another number of partitions
   */
  public static String apply(String bootstrapServers, int replicationFactor, String slot) {
    Map<String, Object> client =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            (int) LIMIT.toMillis(),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            10_000);
    try (Admin admin = Admin.create(client)) {
      return apply(admin, (short) replicationFactor, slot);
    } catch (ExecutionException failed) {
      throw refused(bootstrapServers, failed);
    } catch (KafkaException failed) {
      throw refused(bootstrapServers, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw refused(bootstrapServers, interrupted);
    }
  }

  private static String apply(Admin admin, short replicationFactor, String slot)
      throws ExecutionException, InterruptedException {
    Set<String> names = admin.listTopics().names().get();
    Map<Boolean, List<Topic>> topics =
        topics(slot).stream()
            .collect(Collectors.partitioningBy(topic -> names.contains(topic.name())));
    List<Topic> there = requireNonNull(topics.get(true));
    List<Topic> missing = requireNonNull(topics.get(false));
    refuseOtherPartitions(admin, there);
    int corrected = correctSettings(admin, there);
    create(admin, missing, replicationFactor);
    return "topics: %d were there, %d made, %d settings corrected"
        .formatted(there.size(), missing.size(), corrected);
  }

  private static List<Topic> topics(String slot) {
    return Stream.of(
            Topics.EVENT_TOPICS.stream().map(name -> new Topic(name, EVENT_PARTITIONS, EVENTS)),
            Topics.ANSWER_TOPICS.stream().map(name -> new Topic(name, EVENT_PARTITIONS, EVENTS)),
            Topics.COMMAND_TOPICS.stream().map(name -> new Topic(name, EVENT_PARTITIONS, COMMANDS)),
            Stream.of(Topics.EVENT_TOPICS, Topics.ANSWER_TOPICS, Topics.COMMAND_TOPICS)
                .flatMap(List::stream)
                .map(name -> new Topic(Topics.deadLetters(name), 1, DEAD_LETTERS)),
            Stream.of(new Topic(Topics.relayCheckpoint(slot), 1, CHECKPOINT)))
        .flatMap(topics -> topics)
        .toList();
  }

  private static void refuseOtherPartitions(Admin admin, List<Topic> there)
      throws ExecutionException, InterruptedException {
    Map<String, KafkaFuture<TopicDescription>> described =
        admin.describeTopics(there.stream().map(Topic::name).toList()).topicNameValues();
    for (Topic topic : there) {
      int partitions = requireNonNull(described.get(topic.name())).get().partitions().size();
      if (partitions != topic.partitions()) {
        throw new ProvisionRefused(
            "topic %s has %d partitions, not %d: keys would move. Move the topic away, or provision another cluster"
                .formatted(topic.name(), partitions, topic.partitions()));
      }
    }
  }

  private static int correctSettings(Admin admin, List<Topic> there)
      throws ExecutionException, InterruptedException {
    int corrected = 0;
    for (Topic topic : there) {
      ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
      Config found =
          requireNonNull(admin.describeConfigs(List.of(resource)).values().get(resource)).get();
      List<AlterConfigOp> changes =
          topic.settings().entrySet().stream()
              .filter(wanted -> differs(found.get(wanted.getKey()), wanted.getValue()))
              .map(wanted -> new ConfigEntry(wanted.getKey(), wanted.getValue()))
              .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
              .toList();
      if (!changes.isEmpty()) {
        admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
        corrected += changes.size();
      }
    }
    return corrected;
  }

  private static boolean differs(@Nullable ConfigEntry found, String wanted) {
    return found == null || !wanted.equals(found.value());
  }

  private static void create(Admin admin, List<Topic> missing, short replicationFactor)
      throws ExecutionException, InterruptedException {
    List<NewTopic> asked = missing.stream().map(topic -> asked(topic, replicationFactor)).toList();
    for (KafkaFuture<Void> made : admin.createTopics(asked).values().values()) {
      try {
        made.get();
      } catch (ExecutionException failed) {
        // Somebody else provisions at the same moment, from the same plan.
        if (!(failed.getCause() instanceof TopicExistsException)) {
          throw failed;
        }
      }
    }
  }

  private static NewTopic asked(Topic topic, short replicationFactor) {
    Map<String, String> settings = new LinkedHashMap<>(topic.settings());
    int acknowledging = replicationFactor < 3 ? 1 : replicationFactor - 1;
    settings.put("min.insync.replicas", Integer.toString(acknowledging));
    return new NewTopic(topic.name(), topic.partitions(), replicationFactor).configs(settings);
  }

  private static ProvisionRefused refused(String bootstrapServers, Exception failed) {
    Throwable cause = failed.getCause() == null ? failed : failed.getCause();
    return new ProvisionRefused(
        "topics on Kafka at %s: %s".formatted(bootstrapServers, cause.getMessage()), failed);
  }
}
