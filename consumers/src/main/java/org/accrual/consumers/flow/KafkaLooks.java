package org.accrual.consumers.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.accrual.intake.Subscription;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks the brokers how far every consumer is, whether it runs or not. Used by one thread; each
 * question is waited for 2 s at most.
 */
final class KafkaLooks implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(2);
  private static final ListOffsetsOptions COMMITTED =
      new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);

  private final Admin admin;
  private final List<Subscription> subscriptions;
  private List<TopicPartition> partitions = List.of();

  KafkaLooks(String bootstrapServers, List<Subscription> subscriptions) {
    this.subscriptions = subscriptions;
    this.admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.CLIENT_ID_CONFIG,
                "accrual-pipeline",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(LONGEST.toMillis()),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(LONGEST.toMillis())));
  }

  /** Throws what keeps the brokers from answering. */
  KafkaLook look() throws ExecutionException, TimeoutException, InterruptedException {
    if (partitions.isEmpty()) {
      partitions = partitions();
    }
    List<String> groups = subscriptions.stream().map(Subscription::group).toList();
    // Asked at once, answered in any order.
    var nodes = admin.describeCluster().nodes();
    var ends = admin.listOffsets(specs(OffsetSpec.latest()), COMMITTED).all();
    var positions =
        admin
            .listConsumerGroupOffsets(
                groups.stream()
                    .collect(
                        Collectors.toMap(
                            Function.identity(), _ -> new ListConsumerGroupOffsetsSpec())))
            .all();
    var members = admin.describeConsumerGroups(groups).describedGroups();
    Map<String, KafkaLook.Group> looks = new HashMap<>();
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed = get(positions);
    for (Subscription subscription : subscriptions) {
      looks.put(
          subscription.consumer(),
          new KafkaLook.Group(
              members(Optional.ofNullable(members.get(subscription.group()))),
              offsets(committed.getOrDefault(subscription.group(), Map.of()))));
    }
    return new KafkaLook(get(nodes).size(), offsetsOf(get(ends)), looks);
  }

  /** Where the partitions ended at a time, as far as their records' times tell. */
  Map<TopicPartition, Long> endsAt(Instant time, Map<TopicPartition, Long> endsNow)
      throws ExecutionException, TimeoutException, InterruptedException {
    Map<TopicPartition, Long> ends =
        offsetsOf(
            get(
                admin
                    .listOffsets(specs(OffsetSpec.forTimestamp(time.toEpochMilli())), COMMITTED)
                    .all()));
    // Nothing has been written since: it ended then where it ends now.
    ends.replaceAll((partition, end) -> end < 0 ? endsNow.getOrDefault(partition, 0L) : end);
    return ends;
  }

  /** Where the partitions begin. */
  Map<TopicPartition, Long> begins()
      throws ExecutionException, TimeoutException, InterruptedException {
    return offsetsOf(get(admin.listOffsets(specs(OffsetSpec.earliest()), COMMITTED).all()));
  }

  private List<TopicPartition> partitions()
      throws ExecutionException, TimeoutException, InterruptedException {
    Set<String> topics =
        subscriptions.stream().flatMap(s -> s.topics().stream()).collect(Collectors.toSet());
    List<TopicPartition> all = new ArrayList<>();
    for (TopicDescription topic : get(admin.describeTopics(topics).allTopicNames()).values()) {
      topic.partitions().forEach(p -> all.add(new TopicPartition(topic.name(), p.partition())));
    }
    return all;
  }

  private Map<TopicPartition, OffsetSpec> specs(OffsetSpec spec) {
    return partitions.stream().collect(Collectors.toMap(Function.identity(), _ -> spec));
  }

  private static int members(Optional<KafkaFuture<ConsumerGroupDescription>> group)
      throws TimeoutException, InterruptedException {
    try {
      return group.isPresent() ? get(group.get()).members().size() : 0;
    } catch (ExecutionException noSuchGroup) {
      return 0;
    }
  }

  private static Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetAndMetadata> of) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    of.forEach(
        (partition, committed) ->
            Optional.ofNullable(committed).ifPresent(c -> offsets.put(partition, c.offset())));
    return offsets;
  }

  private static Map<TopicPartition, Long> offsetsOf(
      Map<TopicPartition, ListOffsetsResultInfo> results) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    results.forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  Collection<TopicPartition> of(Subscription subscription) {
    return partitions.stream().filter(p -> subscription.topics().contains(p.topic())).toList();
  }

  private static <T> T get(KafkaFuture<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    admin.close(LONGEST);
  }
}
