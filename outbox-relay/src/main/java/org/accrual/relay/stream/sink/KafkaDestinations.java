package org.accrual.relay.stream.sink;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.accrual.relay.stream.encoding.Recent;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks the broker about topics and remembers its answers for a short time. */
final class KafkaDestinations implements Destinations {
  private static final Duration OPEN = Duration.ofSeconds(30);
  private static final Duration CLOSED = Duration.ofSeconds(5);

  /** A broker that restarts leaves its partitions without a leader or replicas for some seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration RETRY = Duration.ofMillis(500);

  private final Admin admin;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Recent<Destination> known = new Recent<>(System::nanoTime);

  KafkaDestinations(String bootstrapServers) {
    this.admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "client.id",
                "accrual-relay-topics",
                "default.api.timeout.ms",
                30_000));
  }

  @Override
  public Destination of(String topic) throws InterruptedException {
    Optional<Destination> fresh = known.fresh(topic);
    if (fresh.isPresent()) {
      return fresh.get();
    }
    Answer answer = ask(topic);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (answer.mayPass()
        && System.nanoTime() - deadline < 0
        && !closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
      answer = ask(topic);
    }
    Destination now = answer.destination();
    known.put(topic, now, now.fault().isPresent() && !answer.mayPass() ? CLOSED : OPEN);
    return now;
  }

  @Override
  public void refused(String topic, String why) {
    known.put(topic, Destination.closed(why), CLOSED);
  }

  /**
   * @param mayPass whether the fault may be gone in a moment
   */
  record Answer(Destination destination, boolean mayPass) {
    static Answer closed(String fault) {
      return new Answer(Destination.closed(fault), false);
    }
  }

  private Answer ask(String topic) throws InterruptedException {
    try {
      TopicDescription description =
          admin
              .describeTopics(
                  List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
              .allTopicNames()
              .get()
              .values()
              .iterator()
              .next();
      if (description.authorizedOperations() != null
          && !description.authorizedOperations().contains(AclOperation.WRITE)) {
        return Answer.closed("the relay may not write to topic " + topic);
      }
      return judge(description, limits(topic));
    } catch (ExecutionException e) {
      return switch (e.getCause()) {
        case UnknownTopicOrPartitionException _ -> new Answer(Destination.missing(topic), false);
        case InvalidTopicException _ -> Answer.closed("'" + topic + "' cannot be a topic");
        case TopicAuthorizationException _ ->
            Answer.closed("the relay may not describe topic " + topic);
        case KafkaException broker -> throw broker;
        case null, default -> throw new KafkaException("cannot describe topic " + topic, e);
      };
    }
  }

  /** Judges a topic by the broker's rule: never more in-sync replicas are wanted than there are. */
  static Answer judge(TopicDescription topic, Limits limits) {
    for (TopicPartitionInfo partition : topic.partitions()) {
      int inSync = partition.isr().size();
      int wanted = Math.min(limits.minInSyncReplicas(), partition.replicas().size());
      if (inSync < wanted || !hasLeader(partition)) {
        return new Answer(
            Destination.closed(
                "topic %s takes no records: partition %d has %s leader and %d of %d in-sync replicas"
                    .formatted(
                        topic.name(),
                        partition.partition(),
                        hasLeader(partition) ? "a" : "no",
                        inSync,
                        wanted)),
            true);
      }
    }
    return new Answer(Destination.open(limits.maxMessageBytes()), false);
  }

  private static boolean hasLeader(TopicPartitionInfo partition) {
    return partition.leader() != null && !partition.leader().isEmpty();
  }

  record Limits(int minInSyncReplicas, int maxMessageBytes) {}

  /** A relay that may not read the topic's configuration learns its limits when it sends. */
  private Limits limits(String topic) throws InterruptedException, ExecutionException {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try {
      Config config =
          admin.describeConfigs(List.of(resource)).all().get().values().iterator().next();
      return new Limits(
          value(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, 1),
          value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.MAX_VALUE));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicAuthorizationException) {
        return new Limits(1, Integer.MAX_VALUE);
      }
      throw e;
    }
  }

  private static int value(Config config, String name, int otherwise) {
    return config.get(name) == null ? otherwise : Integer.parseInt(config.get(name).value());
  }

  @Override
  public void close() {
    closed.countDown();
    admin.close(Duration.ofSeconds(5));
  }
}
