package org.accrual.relay.stream.sink;

import static org.accrual.relay.stream.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.accrual.relay.checkpoint.CheckpointFormat;
import org.accrual.relay.checkpoint.MissingTopicException;
import org.accrual.relay.stream.encoding.FakeRegistry;
import org.accrual.relay.stream.encoding.RecordEncoder;
import org.accrual.relay.stream.encoding.UnpublishableException;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.sink.Rejections.Rejection;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PublisherTest {
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(new Origin("1", 1, "s", "p"), Position.at(7));

  private final FakeRegistry registry = new FakeRegistry();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<Rejection> rejected = new ArrayList<>();
  private final Set<String> keptBefore = new HashSet<>();
  private final Map<String, Destination> known = new HashMap<>();
  private final Publisher publisher = publisher(producer);

  PublisherTest() throws Exception {}

  private Publisher publisher(Producer<byte[], byte[]> over) {
    return new Publisher(
        over, new RecordEncoder(registry.ids(), "a_slot"), new KnownDestinations(), new Kept());
  }

  private final class KnownDestinations implements Destinations {
    @Override
    public Destination of(String topic) {
      return known.getOrDefault(topic, Destination.open(1_000_000));
    }

    @Override
    public void refused(String topic, String why) {
      known.put(topic, Destination.closed(why));
    }
  }

  private final class Kept implements Rejections {
    @Override
    public void keep(List<Rejection> rejections) {
      rejected.addAll(rejections);
    }

    @Override
    public Set<String> keptOf(List<String> ids) {
      return keptBefore;
    }
  }

  private static OutboxRow raw(String id, int bytes) {
    return new OutboxRow(
        id,
        "lab",
        "K",
        "raw",
        ByteBuffer.allocate(bytes),
        "{\"datacontenttype\":\"application/octet-stream\"}",
        "2026-11-24T12:00:00.000001Z");
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void rowsAndCheckpointAreOneTransaction() throws Exception {
    publisher.fence();

    publisher.publish(List.of(row("a"), row("b")), CHECKPOINT);

    assertThat(producer.history())
        .extracting(ProducerRecord::topic)
        .containsExactly(
            "accrual.study.events", "accrual.study.events", "accrual.relay-checkpoint.s");
    assertThat(producer.commitCount()).isEqualTo(1);
    assertThat(CheckpointFormat.parse(producer.history().getLast().value())).isEqualTo(CHECKPOINT);
  }

  @Test
  void theCheckpointGoesToThePartitionThatIsRead() throws Exception {
    publisher.fence();

    publisher.publish(List.of(row("a")), CHECKPOINT);

    assertThat(producer.history().getLast().partition()).isZero();
  }

  @Test
  void aPositionAloneIsATransactionToo() throws Exception {
    publisher.fence();

    publisher.publish(List.of(), CHECKPOINT);

    assertThat(producer.history())
        .extracting(ProducerRecord::topic)
        .containsExactly("accrual.relay-checkpoint.s");
    assertThat(producer.commitCount()).isEqualTo(1);
  }

  @Test
  void aRowThatCannotBeEncodedLeavesNothingBehind() {
    publisher.fence();

    assertThatThrownBy(() -> publisher.publish(List.of(row("a"), row("b", "no json")), CHECKPOINT))
        .isInstanceOf(UnpublishableException.class);

    assertThat(producer.history()).isEmpty();
    assertThat(producer.transactionInFlight()).isFalse();
  }

  @Test
  void aRowFromSqlThatDoesNotFitIsSetAsideAndTheOthersGo() throws Exception {
    publisher.fence();

    int setAside =
        publisher.publish(
            List.of(
                row("a"),
                row("json", "{\"datacontenttype\":\"application/json\"}"),
                row("raw", "{\"datacontenttype\":\"application/octet-stream\"}")),
            CHECKPOINT);

    assertThat(setAside).isEqualTo(1);
    assertThat(rejected).extracting(rejection -> rejection.row().id()).containsExactly("json");
    assertThat(producer.history()).hasSize(3);
    assertThat(producer.commitCount()).isEqualTo(1);
  }

  @Test
  void aRowFromSqlWithoutATopicIsSetAside() throws Exception {
    known.put("accrual.study.events", Destination.closed("there is no topic"));
    publisher.fence();

    int setAside =
        publisher.publish(
            List.of(row("a"), row("raw", "{\"datacontenttype\":\"application/octet-stream\"}")),
            CHECKPOINT);

    assertThat(setAside).isEqualTo(1);
    assertThat(producer.history()).hasSize(2);
  }

  @Test
  void aFailedCommitIsNotTakenForDone() {
    publisher.fence();
    KafkaException failure = new KafkaException("no");
    producer.commitTransactionException = failure;

    assertThatThrownBy(() -> publisher.publish(List.of(row("a")), CHECKPOINT)).isSameAs(failure);

    assertThat(rejected).isEmpty();
    assertThat(producer.transactionAborted()).as("the caller ends the publisher").isFalse();
  }

  @Test
  void aRowWhoseTopicIsMissingIsNotAFailureToRetry() {
    known.put("accrual.study.events", Destination.missing("accrual.study.events"));
    MockProducer<byte[], byte[]> strict = failing(new TimeoutException("not in the metadata"));
    Publisher strictly = publisher(strict);
    strictly.fence();
    strict.commitTransactionException = new KafkaException("aborted");

    assertThatThrownBy(() -> strictly.publish(List.of(row("a")), CHECKPOINT))
        .isInstanceOf(MissingTopicException.class)
        .hasMessage("there is no topic accrual.study.events");
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNotAMissingTopic() {
    MockProducer<byte[], byte[]> strict = failing(new TimeoutException("no answer"));
    Publisher strictly = publisher(strict);
    strictly.fence();
    KafkaException aborted = new KafkaException("aborted");
    strict.commitTransactionException = aborted;

    assertThatThrownBy(() -> strictly.publish(List.of(row("a")), CHECKPOINT)).isSameAs(aborted);
  }

  /** Returns a producer whose first record of each transaction fails. */
  private static MockProducer<byte[], byte[]> failing(RuntimeException error) {
    return new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
      @Override
      public void commitTransaction() {
        errorNext(error);
        super.commitTransaction();
      }
    };
  }

  @Test
  @DisplayName("A row of ours that is too large for its topic is named, and can be published later")
  void aRowTooLargeForItsTopicIsNamed() throws Exception {
    RefusingProducer refusing = new RefusingProducer(new RecordTooLargeException("too large"));
    Publisher refused = publisher(refusing);
    refused.fence();

    assertThatThrownBy(() -> refused.publish(List.of(row("large")), CHECKPOINT))
        .isInstanceOf(UnpublishableException.class)
        .hasMessageContaining("large")
        .hasMessageContaining("too large");

    assertThat(refused.publish(List.of(row("large")), CHECKPOINT)).isZero();
    assertThat(refusing.commitCount()).isEqualTo(1);
  }

  @Test
  @DisplayName(
      "A row from SQL that is too large for its topic is set aside before anything is sent")
  void aRowThatIsTooLargeIsNotTried() throws Exception {
    known.put("accrual.lab", Destination.open(2_000));
    publisher.fence();

    int setAside =
        publisher.publish(List.of(row("a"), raw("large", 2_000), raw("b", 1_000)), CHECKPOINT);

    assertThat(setAside).isEqualTo(1);
    assertThat(rejected).extracting(each -> each.row().id()).containsExactly("large");
    assertThat(rejected.getFirst().error()).contains("topic accrual.lab takes 2000");
    assertThat(producer.history()).hasSize(3);
    assertThat(producer.commitCount()).isEqualTo(1);
  }

  @Test
  @DisplayName("A row from SQL that was set aside before is not published")
  void aRowThatWasKeptBeforeIsNotPublished() throws Exception {
    keptBefore.add("kept");
    publisher.fence();

    int setAside = publisher.publish(List.of(raw("kept", 1), raw("b", 1)), CHECKPOINT);

    assertThat(setAside).isEqualTo(1);
    assertThat(producer.history())
        .extracting(ProducerRecord::topic)
        .containsExactly("accrual.lab", "accrual.relay-checkpoint.s");
  }

  @Test
  @DisplayName("All rows from SQL for a topic that takes no writes are set aside at once")
  void aTopicThatTakesNoWritesIsClosed() throws Exception {
    RefusingProducer refusing =
        new RefusingProducer(new TopicAuthorizationException(Set.of("accrual.lab")));
    Publisher refused = publisher(refusing);
    refused.fence();

    // The first record to fail is one of ours: the broker refused the transaction as a whole.
    int setAside = refused.publish(List.of(row("a"), raw("b", 1), raw("c", 1)), CHECKPOINT);

    assertThat(setAside).isEqualTo(2);
    assertThat(rejected).extracting(each -> each.row().id()).containsExactly("b", "c");
    assertThat(refusing.commitCount()).isEqualTo(1);
    assertThat(known.get("accrual.lab").fault()).isPresent();
  }

  @Test
  @DisplayName("A topic of ours that takes no writes ends the publisher")
  void aTopicOfOursThatTakesNoWritesIsAFailure() {
    RefusingProducer refusing =
        new RefusingProducer(new TopicAuthorizationException(Set.of("accrual.study.events")));
    Publisher refused = publisher(refusing);
    refused.fence();

    assertThatThrownBy(() -> refused.publish(List.of(row("a"), raw("b", 1)), CHECKPOINT))
        .isInstanceOf(KafkaException.class);
    assertThat(rejected).isEmpty();
  }

  /** Fails the first record of its first transaction. */
  private static final class RefusingProducer extends MockProducer<byte[], byte[]> {
    private final RuntimeException error;

    RefusingProducer(RuntimeException error) {
      super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
      this.error = error;
      this.commitTransactionException = new KafkaException("aborted");
    }

    @Override
    public void commitTransaction() {
      if (commitTransactionException != null) {
        errorNext(error);
      }
      super.commitTransaction();
    }

    @Override
    public void abortTransaction() {
      commitTransactionException = null;
      super.abortTransaction();
    }
  }
}
