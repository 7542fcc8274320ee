package org.accrual.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.accrual.embedded.SharedParts;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The loop on a real broker, with a handler that does as the test says. */
class IntakeLoopIT {
  private final TopicFixture topic = new TopicFixture(2);
  private final List<String> handled = new CopyOnWriteArrayList<>();
  private final AtomicInteger failuresLeft = new AtomicInteger();
  private final RecordingObserver observed = new RecordingObserver();
  private final List<IntakeLoop> loops = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (IntakeLoop loop : loops) {
      loop.beginStop();
      assertThat(loop.awaitStop(Duration.ofSeconds(20))).isTrue();
    }
    topic.close();
  }

  @Test
  void runsOnceTheBrokerHasAssigned() {
    IntakeLoop loop = loop(this::handle);
    assertThat(loop.state()).isEqualTo(IntakeState.NEW);

    loop.start();

    await().until(() -> loop.state() == IntakeState.RUNNING);
    assertThat(loop.trouble()).isEmpty();
    assertThat(loop.state().isReady()).isTrue();
  }

  @Test
  void handsOverInOrderAndCommitsBehind() throws Exception {
    write(0, "a1", "a2");
    write(1, "b1");

    loop(this::handle).start();

    await().untilAsserted(() -> assertThat(topic.committed(0)).isEqualTo(2));
    await().untilAsserted(() -> assertThat(topic.committed(1)).isEqualTo(1));
    assertThat(handled).containsExactlyInAnyOrder("a1", "a2", "b1").containsSubsequence("a1", "a2");
    await().untilAsserted(() -> assertThat(observed.lag).isZero());
  }

  @Test
  void aFailedBatchIsHandedOverAgainUntilItWorksAndNothingIsCommittedMeanwhile() throws Exception {
    failuresLeft.set(Integer.MAX_VALUE);
    write(0, "a1", "a2");
    IntakeLoop loop = loop(this::handle);
    loop.start();

    await().until(() -> observed.failures.get() >= 3);
    assertThat(loop.state()).isEqualTo(IntakeState.RETRYING);
    assertThat(loop.trouble()).contains("2 records", "the database is away");
    assertThat(topic.committed(0)).isEqualTo(-1);

    write(0, "a3");
    failuresLeft.set(0);
    await().untilAsserted(() -> assertThat(topic.committed(0)).isEqualTo(3));
    assertThat(handled).containsExactly("a1", "a2", "a3");
    await().until(() -> loop.state() == IntakeState.RUNNING);
    assertThat(loop.trouble()).isEmpty();
  }

  @Test
  @DisplayName("A partition that waits for the registry is tried again, and the others continue")
  void partitionsAreHeldAlone() throws Exception {
    AtomicInteger holding = new AtomicInteger(Integer.MAX_VALUE);
    IntakeLoop loop =
        loop(
            records -> {
              List<ConsumerRecord<byte[], byte[]>> free =
                  records.stream()
                      .filter(record -> holding.get() == 0 || record.partition() == 1)
                      .toList();
              BatchResult result = handle(free);
              return free.size() == records.size()
                  ? result
                  : result.holding(Map.of(topic.partition(0), 1L));
            });
    write(0, "a1");
    holding.set(0);
    loop.start();
    await().until(() -> handled.contains("a1"));
    holding.set(1);
    write(0, "a2", "a3");
    await().until(() -> loop.state() == IntakeState.RETRYING);
    write(1, "b1");

    await().until(() -> handled.contains("b1"));
    assertThat(handled).containsExactly("a1", "b1");
    assertThat(loop.trouble()).contains(topic.name + "-0", "wait for the schema registry");
    holding.set(0);
    await().until(() -> handled.contains("a3"));
    assertThat(handled).containsExactly("a1", "b1", "a2", "a3");
    await().until(() -> loop.state() == IntakeState.RUNNING);
    await().untilAsserted(() -> assertThat(topic.committed(0)).isEqualTo(3));
  }

  @Test
  void aConsumerThatCannotWorkSaysSo() throws Exception {
    write(0, "a1");
    IntakeLoop loop =
        loop(
            _ -> {
              throw new BrokenConsumer("a table is missing", new IllegalStateException());
            });
    loop.start();

    await().until(() -> loop.state() == IntakeState.BROKEN);
    assertThat(loop.trouble()).contains("a table is missing");
    assertThat(loop.state().isReady()).isFalse();
    assertThat(topic.committed(0)).isEqualTo(-1);
  }

  @Test
  void stopFinishesTheBatchUnderWayAndCommitsIt() throws Exception {
    CountDownLatch inBatch = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    write(0, "a1");
    IntakeLoop loop =
        loop(
            records -> {
              inBatch.countDown();
              awaited(mayEnd);
              return handle(records);
            });
    loop.start();
    awaited(inBatch);

    loop.beginStop();
    assertThat(loop.awaitStop(Duration.ofMillis(100))).isFalse();
    assertThat(loop.state()).isEqualTo(IntakeState.STOPPING);
    mayEnd.countDown();

    assertThat(loop.awaitStop(Duration.ofSeconds(20))).isTrue();
    assertThat(loop.state()).isEqualTo(IntakeState.STOPPED);
    assertThat(topic.committed(0)).isEqualTo(1);
  }

  @Test
  void stopEndsALoopWhoseBatchKeepsFailing() throws Exception {
    failuresLeft.set(Integer.MAX_VALUE);
    write(0, "a1");
    IntakeLoop loop = loop(this::handle);
    loop.start();
    await().until(() -> loop.state() == IntakeState.RETRYING);

    loop.beginStop();

    assertThat(loop.awaitStop(Duration.ofSeconds(10))).isTrue();
    assertThat(topic.committed(0)).isEqualTo(-1);
  }

  @Test
  void anInterruptStopsItInOrder() throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    write(0, "a1");
    IntakeLoop loop =
        loop(
            records -> {
              thread.set(Thread.currentThread());
              return handle(records);
            });
    loop.start();
    await().until(() -> !handled.isEmpty());

    thread.get().interrupt();

    assertThat(loop.awaitStop(Duration.ofSeconds(20))).isTrue();
    assertThat(loop.state()).isEqualTo(IntakeState.STOPPED);
    assertThat(topic.committed(0)).isEqualTo(1);
    assertThat(topic.members()).isZero();
  }

  @Test
  void oneThatWasNeverStartedStopsAtOnce() throws InterruptedException {
    IntakeLoop loop = loop(this::handle);

    loop.beginStop();

    assertThat(loop.awaitStop(Duration.ZERO)).isTrue();
    assertThat(loop.state()).isEqualTo(IntakeState.STOPPED);
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private BatchResult handle(List<ConsumerRecord<byte[], byte[]>> records) {
    if (failuresLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new TransientFailure("the database is away", null);
    }
    for (ConsumerRecord<byte[], byte[]> record : records) {
      handled.add(new String(record.value(), StandardCharsets.UTF_8));
    }
    return new BatchResult(records.size(), 0, 0, Map.of(), List.of());
  }

  private IntakeLoop loop(BatchHandler handler) {
    IntakeSettings settings =
        new IntakeSettings(
            SharedParts.kafka().bootstrapServers(),
            100,
            Duration.ofSeconds(6),
            Duration.ofMillis(200));
    IntakeLoop loop =
        new IntakeLoop(topic.subscription, settings, handler, observed, _ -> Map.of());
    loops.add(loop);
    return loop;
  }

  private void write(int partition, String... values) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", SharedParts.kafka().bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (String value : values) {
        var _ =
            producer.send(
                new ProducerRecord<>(
                    topic.name, partition, null, value.getBytes(StandardCharsets.UTF_8)));
      }
    }
  }
}
