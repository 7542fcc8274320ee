package org.accrual.relay.stream.outbox;

import static org.accrual.relay.stream.outbox.OutboxFixtures.NOON;
import static org.accrual.relay.stream.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The delivery queue")
class DeliveryQueueTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final OutboxRow A = row("a");
  private static final OutboxRow B = row("b");

  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @AfterEach
  void end() {
    other.shutdownNow();
  }

  private static DeliveryQueue queue(Duration gather, int behindSeconds) {
    return new DeliveryQueue(
        2, 1_000_000, gather, InstantSource.fixed(NOON.plusSeconds(behindSeconds)));
  }

  private static void add(DeliveryQueue queue, OutboxRow row) throws InterruptedException {
    queue.add(List.of(row), 1, row.bytes(), Position.at(110), NOON);
  }

  @Test
  @DisplayName("returns nothing after the patience")
  void nothing() throws Exception {
    assertThat(queue(LONG, 0).take(Duration.ofMillis(1))).isEmpty();
  }

  @Test
  @DisplayName("returns at once a transaction that comes while nothing else is there")
  void atOnce() throws Exception {
    DeliveryQueue queue = queue(LONG, 0);
    Future<Optional<Delivery>> taken = other.submit(() -> queue.take(LONG));
    // Added while the other thread waits, or before: then it gathers until the queue is full.
    Awaitility.await().until(() -> queue.hasWaitingTaker());

    add(queue, A);

    assertThat(taken.get(30, TimeUnit.SECONDS).orElseThrow().rows()).containsExactly(A);
  }

  @Test
  @DisplayName("gathers more until it is full, where something is there already")
  void gathers() throws Exception {
    DeliveryQueue queue = queue(LONG, 0);
    add(queue, A);
    Future<Optional<Delivery>> taken = other.submit(() -> queue.take(LONG));
    Awaitility.await().until(() -> queue.hasWaitingTaker());

    add(queue, B);

    assertThat(taken.get(30, TimeUnit.SECONDS).orElseThrow())
        .isEqualTo(new Delivery(List.of(A, B), 2, Position.at(110), NOON));
  }

  @Test
  @DisplayName("gathers for longer than it is asked to while it is behind")
  void behind() throws Exception {
    DeliveryQueue queue = queue(Duration.ZERO, 60);
    add(queue, A);
    long begin = System.nanoTime();

    assertThat(queue.take(LONG)).isPresent();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(40));
  }

  @Test
  @DisplayName("makes the reader wait while it is full")
  void full() throws Exception {
    DeliveryQueue queue = queue(Duration.ZERO, 0);
    add(queue, A);
    add(queue, B);
    CompletableFuture<Boolean> added = new CompletableFuture<>();
    other.execute(
        () -> {
          try {
            add(queue, A);
            added.complete(true);
          } catch (InterruptedException e) {
            added.completeExceptionally(e);
          }
        });
    Awaitility.await().until(() -> queue.hasWaitingReader());
    assertThat(added).isNotDone();

    assertThat(queue.take(LONG).orElseThrow().rows()).containsExactly(A, B);
    assertThat(added.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(queue.take(LONG).orElseThrow().rows()).containsExactly(A);
  }

  @Test
  @DisplayName("is full by bytes too")
  void fullByBytes() throws Exception {
    DeliveryQueue queue = new DeliveryQueue(100, A.bytes(), LONG, InstantSource.fixed(NOON));
    add(queue, A);

    assertThat(queue.take(LONG)).as("without gathering").isPresent();
  }

  @Test
  @DisplayName("lets a waiting reader go once it is closed, and drops what that adds")
  void closed() throws Exception {
    DeliveryQueue queue = queue(Duration.ZERO, 0);
    add(queue, A);
    add(queue, B);
    CountDownLatch ended = new CountDownLatch(1);
    other.execute(
        () -> {
          try {
            add(queue, A);
            ended.countDown();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Awaitility.await().until(() -> queue.hasWaitingReader());

    queue.close();

    assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(queue.take(LONG).orElseThrow().rows()).containsExactly(A, B);
    assertThat(queue.take(Duration.ZERO)).isEmpty();
  }
}
