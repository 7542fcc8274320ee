package org.accrual.intake;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;

/**
 * Asks Kafka for the ids of topics: a topic that was deleted and made again has another. Safe for
 * several threads.
 */
public final class TopicIds implements AutoCloseable {
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Admin admin;

  public TopicIds(String bootstrapServers) {
    admin =
        Admin.create(
            Map.of("bootstrap.servers", bootstrapServers, "client.id", "accrual-topic-ids"));
  }

  /**
   * Returns the id of each topic. Takes at most 5 s.
   *
   * @throws TransientFailure if Kafka does not say
   */
  Map<String, UUID> of(Collection<String> topics) {
    try {
      Map<String, UUID> ids = new HashMap<>();
      admin
          .describeTopics(topics)
          .allTopicNames()
          .get(ANSWER.toMillis(), TimeUnit.MILLISECONDS)
          .forEach(
              (name, topic) ->
                  ids.put(
                      name,
                      new UUID(
                          topic.topicId().getMostSignificantBits(),
                          topic.topicId().getLeastSignificantBits())));
      return ids;
    } catch (ExecutionException | TimeoutException away) {
      throw new TransientFailure("Kafka does not say which topics there are", away);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TransientFailure("interrupted while Kafka was asked about topics", interrupted);
    }
  }

  @Override
  public void close() {
    admin.close(ANSWER);
  }
}
