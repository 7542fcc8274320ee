package org.accrual.consumers;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.accrual.contract.Topics;
import org.accrual.provision.TopicPlan;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes the topics of a broker as they are after provisioning: without records, and without what
 * consumer groups have committed. Much cheaper than a new broker for each test.
 */
final class FreshTopics {
  private static final long LIMIT_SECONDS = 30;

  private FreshTopics() {}

  /** Provisions the topics, and deletes the records and groups that earlier tests have left. */
  static void on(String bootstrapServers) {
    TopicPlan.apply(bootstrapServers, 1);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      deleteGroups(admin);
      deleteRecords(admin);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      throw new AssertionError("topics cannot be emptied", e);
    }
  }

  private static void deleteGroups(Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<String> groups =
        get(admin.listGroups().all()).stream()
            .map(group -> group.groupId())
            .filter(group -> group.startsWith(Topics.PREFIX))
            .toList();
    Collection<ConsumerGroupDescription> described =
        get(admin.describeConsumerGroups(groups).all()).values();
    for (ConsumerGroupDescription group : described) {
      // Of processes that were killed, and so have not left.
      if (!group.members().isEmpty()) {
        removeMembers(admin, group.groupId());
      }
    }
    get(admin.deleteConsumerGroups(groups).all());
  }

  private static void removeMembers(Admin admin, String group)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      get(
          admin
              .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
              .all());
    } catch (ExecutionException e) {
      // Kafka's client describes the group again, and refuses to remove members from a group that
      // its last member has left since: nothing is left to remove.
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw e;
      }
    }
  }

  private static void deleteRecords(Admin admin)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<String> topics =
        Stream.of(Topics.EVENT_TOPICS, Topics.ANSWER_TOPICS, Topics.COMMAND_TOPICS)
            .flatMap(List::stream)
            .flatMap(topic -> Stream.of(topic, Topics.deadLetters(topic)))
            .toList();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (TopicDescription topic : get(admin.describeTopics(topics).allTopicNames()).values()) {
      topic
          .partitions()
          .forEach(
              partition ->
                  latest.put(
                      new TopicPartition(topic.name(), partition.partition()),
                      OffsetSpec.latest()));
    }
    Map<TopicPartition, RecordsToDelete> written = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end :
        get(admin.listOffsets(latest).all()).entrySet()) {
      if (end.getValue().offset() > 0) {
        written.put(end.getKey(), RecordsToDelete.beforeOffset(end.getValue().offset()));
      }
    }
    get(admin.deleteRecords(written).all());
  }

  private static <T> T get(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }
}
