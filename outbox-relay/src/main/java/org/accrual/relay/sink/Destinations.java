package org.accrual.relay.sink;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Which topics can be written to. A message from SQL may name any, and a producer would wait long
 * for one that is not there. Used by one thread.
 */
interface Destinations extends AutoCloseable {
  boolean has(String topic) throws InterruptedException;

  @Override
  default void close() {}

  /** Asks the broker; remembers topics that are there, since they stay. */
  static Destinations of(String bootstrapServers) {
    Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "client.id",
                "accrual-relay-topics",
                "default.api.timeout.ms",
                30_000));
    Set<String> known = new HashSet<>();
    return new Destinations() {
      @Override
      public boolean has(String topic) throws InterruptedException {
        if (!known.contains(topic) && isThere(admin, topic)) {
          known.add(topic);
        }
        return known.contains(topic);
      }

      @Override
      public void close() {
        admin.close(Duration.ofSeconds(5));
      }
    };
  }

  private static boolean isThere(Admin admin, String topic) throws InterruptedException {
    try {
      return !admin.describeTopics(List.of(topic)).allTopicNames().get().isEmpty();
    } catch (ExecutionException failed) {
      return switch (failed.getCause()) {
        case UnknownTopicOrPartitionException _ -> false;
        case InvalidTopicException _ -> false;
        case TopicAuthorizationException _ -> false;
        case KafkaException broker -> throw broker;
        case null, default ->
            throw new KafkaException("the broker did not tell of a topic", failed);
      };
    }
  }
}
