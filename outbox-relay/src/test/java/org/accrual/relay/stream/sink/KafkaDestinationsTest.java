package org.accrual.relay.stream.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.accrual.relay.stream.sink.KafkaDestinations.Answer;
import org.accrual.relay.stream.sink.KafkaDestinations.Limits;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a topic's partitions mean; the broker's answers are in {@link KafkaDestinationsIT}. */
class KafkaDestinationsTest {
  private static final Limits TWO_IN_SYNC = new Limits(2, 1_000);

  @Test
  @DisplayName("A topic with enough in-sync replicas takes records up to its limit")
  void aHealthyTopic() {
    assertThat(KafkaDestinations.judge(topic(true, 3, 2), TWO_IN_SYNC))
        .isEqualTo(new Answer(Destination.open(1_000), false));
  }

  @Test
  @DisplayName("No more in-sync replicas are wanted than there are replicas")
  void fewerReplicasThanWanted() {
    assertThat(KafkaDestinations.judge(topic(true, 1, 1), TWO_IN_SYNC).destination().fault())
        .isEmpty();
  }

  @Test
  @DisplayName("A topic with too few in-sync replicas takes none, which may pass")
  void tooFewInSync() {
    Answer answer = KafkaDestinations.judge(topic(true, 3, 1), TWO_IN_SYNC);

    assertThat(answer.mayPass()).isTrue();
    assertThat(answer.destination().fault().orElseThrow())
        .contains("topic t takes no records", "partition 1 has a leader and 1 of 2 in-sync");
  }

  @Test
  @DisplayName("A topic without a leader takes none, which may pass")
  void noLeader() {
    Answer answer = KafkaDestinations.judge(topic(false, 3, 3), TWO_IN_SYNC);

    assertThat(answer.mayPass()).isTrue();
    assertThat(answer.destination().fault().orElseThrow()).contains("partition 1 has no leader");
  }

  /** Returns a topic whose first partition is well and whose second is as given. */
  private static TopicDescription topic(boolean leader, int replicas, int inSync) {
    Node node = new Node(1, "h", 1);
    return new TopicDescription(
        "t",
        false,
        List.of(
            new TopicPartitionInfo(0, node, nodes(replicas), nodes(replicas)),
            new TopicPartitionInfo(
                1, leader ? node : Node.noNode(), nodes(replicas), nodes(inSync))),
        Set.of());
  }

  private static List<Node> nodes(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(id -> new Node(id, "h", id)).toList();
  }
}
