package org.accrual.intake;

import static org.awaitility.Awaitility.await;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.accrual.embedded.SharedParts;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A topic of its own for each test, with a group of its own. */
final class TopicFixture implements AutoCloseable {
  final String name = "test." + UUID.randomUUID();
  final Subscription subscription = new Subscription("probe-" + UUID.randomUUID(), List.of(name));
  private final Admin admin;

  TopicFixture(int partitions) {
    admin = Admin.create(Map.of("bootstrap.servers", SharedParts.kafka().bootstrapServers()));
    try {
      admin.createTopics(Set.of(new NewTopic(name, partitions, (short) 1))).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  TopicPartition partition(int number) {
    return new TopicPartition(name, number);
  }

  /** The offset that the group has committed; -1 for none. */
  long committed(int partition) throws Exception {
    OffsetAndMetadata offset =
        admin
            .listConsumerGroupOffsets(subscription.group())
            .partitionsToOffsetAndMetadata()
            .get()
            .get(partition(partition));
    return offset == null ? -1 : offset.offset();
  }

  /** Records that the group has not committed yet. */
  long lag() throws Exception {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    int partitions =
        admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().size();
    for (int i = 0; i < partitions; i++) {
      latest.put(partition(i), OffsetSpec.latest());
    }
    long lag = 0;
    for (var end : admin.listOffsets(latest).all().get().entrySet()) {
      lag += end.getValue().offset() - Math.max(0, committed(end.getKey().partition()));
    }
    return lag;
  }

  int members() throws Exception {
    return admin
        .describeConsumerGroups(List.of(subscription.group()))
        .all()
        .get()
        .get(subscription.group())
        .members()
        .size();
  }

  /** Deletes the topic and makes one of the same name, as where Kafka's data was lost. */
  void makeAgain() throws Exception {
    int partitions =
        admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().size();
    admin.deleteTopics(List.of(name)).all().get();
    await()
        .ignoreExceptions()
        .until(
            () ->
                admin
                    .createTopics(Set.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .thenApply(_ -> true)
                    .get());
  }

  /** Forgets the group's offsets, as Kafka does with a group without members after some days. */
  void rewind() throws Exception {
    admin
        .deleteConsumerGroupOffsets(
            subscription.group(),
            admin
                .listConsumerGroupOffsets(subscription.group())
                .partitionsToOffsetAndMetadata()
                .get()
                .keySet())
        .all()
        .get();
  }

  @Override
  public void close() {
    admin.close();
  }
}
