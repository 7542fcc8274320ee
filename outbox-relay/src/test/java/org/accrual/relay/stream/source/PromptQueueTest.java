package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.debezium.connector.base.ChangeEventQueue;
import io.debezium.connector.base.DefaultQueueProvider;
import io.debezium.pipeline.DataChangeEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;

/** On Debezium's own queue: fails if an upgrade changes what is reached into. */
class PromptQueueTest {
  private static final int BATCH = 4;
  private static final Duration FOR_EVER = Duration.ofDays(1);

  private final ChangeEventQueue<DataChangeEvent> queue = queue();

  private static ChangeEventQueue<DataChangeEvent> queue() {
    DefaultQueueProvider<DataChangeEvent> provider = new DefaultQueueProvider<>();
    provider.configure(Map.of("max.queue.size", 16));
    return new ChangeEventQueue.Builder<DataChangeEvent>()
        .pollInterval(FOR_EVER)
        .maxBatchSize(BATCH)
        .maxQueueSize(16)
        .maxQueueSizeInBytes(0)
        .queueProvider(provider)
        .build();
  }

  @Test
  void noMoreThanABatchGoesOnInOrder() throws Exception {
    PromptQueue prompt = new PromptQueue(queue, BATCH, Duration.ZERO, Duration.ZERO);
    enqueue(0, 6);

    assertThat(numbers(prompt.poll())).containsExactly(0, 1, 2, 3);
    assertThat(numbers(prompt.poll())).containsExactly(4, 5);
    assertThat(prompt.poll()).isEmpty();
  }

  @Test
  void theEndOfATransactionWakesAnIdlePoll() throws Exception {
    PromptQueue prompt = new PromptQueue(queue, BATCH, Duration.ZERO, FOR_EVER);
    FutureTask<List<DataChangeEvent>> poll = new FutureTask<>(prompt::poll);
    Thread polling = Thread.startVirtualThread(poll);
    await().until(() -> polling.getState() == Thread.State.TIMED_WAITING);

    enqueue(0, 1);
    prompt.ended();

    assertThat(numbers(poll.get(30, TimeUnit.SECONDS))).containsExactly(0);
  }

  @Test
  void aFullBatchEndsTheGathering() throws Exception {
    PromptQueue prompt = new PromptQueue(queue, BATCH, FOR_EVER, Duration.ZERO);
    enqueue(0, 1);
    FutureTask<List<DataChangeEvent>> poll = new FutureTask<>(prompt::poll);
    Thread.startVirtualThread(poll);

    enqueue(1, 2 * BATCH);

    assertThat(numbers(poll.get(30, TimeUnit.SECONDS))).containsExactly(0, 1, 2, 3);
  }

  @Test
  void whatBrokeTheStreamIsThrown() {
    PromptQueue prompt = new PromptQueue(queue, BATCH, Duration.ZERO, Duration.ZERO);
    queue.producerException(new IllegalStateException("the stream broke"));

    assertThatThrownBy(prompt::poll).hasMessage("the stream broke");
  }

  private void enqueue(int from, int to) throws InterruptedException {
    for (int number = from; number < to; number++) {
      queue.enqueue(
          new DataChangeEvent(
              new SourceRecord(
                  Map.of(), Map.of("number", number), "topic", null, null, null, null)));
    }
  }

  private static List<Object> numbers(List<DataChangeEvent> events) {
    return events.stream()
        .<Object>map(event -> event.getRecord().sourceOffset().get("number"))
        .toList();
  }
}
