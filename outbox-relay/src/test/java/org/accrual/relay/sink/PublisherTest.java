package org.accrual.relay.sink;

import static org.accrual.relay.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.accrual.relay.outbox.Mark;
import org.accrual.relay.outbox.Mark.Origin;
import org.accrual.relay.outbox.Position;
import org.accrual.relay.sink.Rejections.Rejection;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PublisherTest {
  private static final Mark MARK = new Mark(new Origin("1", 1, "s", "p"), Position.at(7));

  private final FakeRegistry registry = new FakeRegistry();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final List<Rejection> rejected = new ArrayList<>();
  private final Publisher publisher = publisher(producer);

  private boolean topicsAreThere = true;

  PublisherTest() throws Exception {}

  private Publisher publisher(Producer<byte[], byte[]> over) {
    return new Publisher(
        over, new RecordEncoder(registry.ids()), topic -> topicsAreThere, rejected::addAll);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void rowsAndMarkAreOneTransaction() throws Exception {
    publisher.fence();

    publisher.publish(List.of(row("a"), row("b")), MARK);

    assertThat(producer.history())
        .extracting(ProducerRecord::topic)
        .containsExactly("accrual.study.events", "accrual.study.events", "accrual.relay-mark");
    assertThat(producer.commitCount()).isEqualTo(1);
    assertThat(MarkFormat.parse(producer.history().getLast().value())).isEqualTo(MARK);
  }

  @Test
  void theMarkGoesToThePartitionThatIsRead() throws Exception {
    publisher.fence();

    publisher.publish(List.of(row("a")), MARK);

    assertThat(producer.history().getLast().partition()).isZero();
  }

  @Test
  void aPositionAloneIsATransactionToo() throws Exception {
    publisher.fence();

    publisher.publish(List.of(), MARK);

    assertThat(producer.history())
        .extracting(ProducerRecord::topic)
        .containsExactly("accrual.relay-mark");
    assertThat(producer.commitCount()).isEqualTo(1);
  }

  @Test
  void aRowThatCannotBeEncodedLeavesNothingBehind() {
    publisher.fence();

    assertThatThrownBy(() -> publisher.publish(List.of(row("a"), row("b", "no json")), MARK))
        .isInstanceOf(Unpublishable.class);

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
            MARK);

    assertThat(setAside).isEqualTo(1);
    assertThat(rejected).extracting(rejection -> rejection.row().id()).containsExactly("json");
    assertThat(producer.history()).hasSize(3);
    assertThat(producer.commitCount()).isEqualTo(1);
  }

  @Test
  void aRowFromSqlWithoutATopicIsSetAside() throws Exception {
    topicsAreThere = false;
    publisher.fence();

    int setAside =
        publisher.publish(
            List.of(row("a"), row("raw", "{\"datacontenttype\":\"application/octet-stream\"}")),
            MARK);

    assertThat(setAside).isEqualTo(1);
    assertThat(producer.history()).hasSize(2);
  }

  @Test
  void aFailedCommitIsNotTakenForDone() {
    publisher.fence();
    KafkaException failure = new KafkaException("no");
    producer.commitTransactionException = failure;

    assertThatThrownBy(() -> publisher.publish(List.of(row("a")), MARK)).isSameAs(failure);

    assertThat(rejected).isEmpty();
    assertThat(producer.transactionAborted()).as("the caller ends the publisher").isFalse();
  }

  @Test
  void aRowWhoseTopicIsMissingIsNotAFailureToRetry() {
    topicsAreThere = false;
    MockProducer<byte[], byte[]> strict = failing(new TimeoutException("not in the metadata"));
    Publisher strictly = publisher(strict);
    strictly.fence();
    strict.commitTransactionException = new KafkaException("aborted");

    assertThatThrownBy(() -> strictly.publish(List.of(row("a")), MARK))
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

    assertThatThrownBy(() -> strictly.publish(List.of(row("a")), MARK)).isSameAs(aborted);
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
  void aRowTooLargeForItsTopicIsNamed() {
    publisher.fence();
    MockProducer<byte[], byte[]> strict = failing(new RecordTooLargeException("too large"));
    Publisher strictly = publisher(strict);
    strictly.fence();

    assertThatThrownBy(
            () -> {
              strict.commitTransactionException = new KafkaException("aborted");
              strictly.publish(List.of(row("large")), MARK);
            })
        .isInstanceOf(Unpublishable.class)
        .hasMessageContaining("large")
        .hasMessageContaining("too large");
  }
}
