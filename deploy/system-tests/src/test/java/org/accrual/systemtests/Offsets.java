package org.accrual.systemtests;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.accrual.contract.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What the consumers' groups have committed. */
final class Offsets implements AutoCloseable {
  static final List<String> GROUPS =
      List.of(
              "projection",
              "analytics",
              "audit",
              "notification",
              "capacity",
              "randomization",
              "supply")
          .stream()
          .map(consumer -> Topics.PREFIX + consumer)
          .toList();

  private final Admin admin;
  private final Map<String, Set<String>> topics = new HashMap<>();

  Offsets(String bootstrapServers) {
    admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
  }

  /** The partitions whose last record a group has not taken in yet, and by how much. */
  Map<String, Long> behind(Map<TopicPartition, Long> last) {
    Map<String, Long> behind = new HashMap<>();
    for (String group : GROUPS) {
      Map<TopicPartition, OffsetAndMetadata> committed = committed(group);
      // Of earlier looks too: offsets may have been forgotten since.
      Set<String> followed = topics.computeIfAbsent(group, _ -> new HashSet<>());
      committed.keySet().forEach(partition -> followed.add(partition.topic()));
      last.forEach(
          (partition, offset) -> {
            OffsetAndMetadata at = committed.get(partition);
            long next = at == null ? 0 : at.offset();
            if (followed.contains(partition.topic()) && next <= offset) {
              behind.put(group + " " + partition, offset + 1 - next);
            }
          });
      if (committed.isEmpty()) {
        behind.put(group, Long.MAX_VALUE);
      }
    }
    return behind;
  }

  int members(String group) {
    try {
      return admin
          .describeConsumerGroups(List.of(group))
          .all()
          .get(30, TimeUnit.SECONDS)
          .get(group)
          .members()
          .size();
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** As if nothing had ever been taken in. The group must have no members. */
  void forget(String group) {
    try {
      admin
          .deleteConsumerGroupOffsets(group, committed(group).keySet())
          .all()
          .get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> committed(String group) {
    try {
      return admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
