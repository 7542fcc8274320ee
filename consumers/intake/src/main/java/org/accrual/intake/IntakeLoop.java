package org.accrual.intake;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.liveness.Heartbeat;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Takes one consumer's records in, on a thread of its own: poll, hand the batch over, note it done.
 * What is wrong with a record is the handler's matter, which parks it. A batch that fails as a
 * whole is tried again, with growing pauses in which the group is kept, for as long as it takes:
 * nothing is skipped, and {@link #state} says so. Any thread may start, stop and ask.
 */
public final class IntakeLoop {
  private static final Logger LOG = Logger.getLogger(IntakeLoop.class.getName());
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PROGRESS = Duration.ofSeconds(1);
  private static final Duration TOPIC_CHECK = Duration.ofSeconds(30);

  private final Subscription subscription;
  private final IntakeSettings settings;
  private final BatchHandler handler;
  private final IntakeObserver observer;
  private final Positions positions;
  private final Supplier<Consumer<byte[], byte[]>> kafka;
  private final RetryPause pause;
  private final Heartbeat heartbeat;

  private final AtomicReference<IntakeState> state = new AtomicReference<>(IntakeState.NEW);
  private final CountDownLatch ended = new CountDownLatch(1);
  // Written by the loop's thread; read by stop and by health checks.
  private volatile @Nullable Assignment assignment;
  private volatile String trouble = "";
  private volatile List<PartitionProgress> partitions = List.of();
  private long progressAt = System.nanoTime();
  private long topicsAt = System.nanoTime();
  private boolean holding;
  private long heldUntil;

  public IntakeLoop(
      Subscription subscription,
      IntakeSettings settings,
      BatchHandler handler,
      IntakeObserver observer,
      Positions positions) {
    this(
        subscription,
        settings,
        handler,
        observer,
        positions,
        () -> new KafkaConsumer<>(settings.kafka(subscription)));
  }

  IntakeLoop(
      Subscription subscription,
      IntakeSettings settings,
      BatchHandler handler,
      IntakeObserver observer,
      Positions positions,
      Supplier<Consumer<byte[], byte[]>> kafka) {
    this.subscription = subscription;
    this.settings = settings;
    this.handler = handler;
    this.observer = observer;
    this.positions = positions;
    this.kafka = kafka;
    this.heartbeat = new Heartbeat("intake-" + subscription.consumer());
    this.pause = new RetryPause(settings.retryPause(), new Random());
  }

  public Subscription subscription() {
    return subscription;
  }

  public IntakeState state() {
    return state.get();
  }

  /** What keeps it from taking everything in, for an operator; empty if nothing does. */
  public String trouble() {
    return trouble;
  }

  /** How far it is in the partitions that it has, a second ago at most. */
  List<PartitionProgress> partitions() {
    return partitions;
  }

  /** Once only. */
  public void start() {
    enter(IntakeState.JOINING);
    Thread.ofVirtual().name("intake-" + subscription.consumer()).start(heartbeat.watch(this::run));
  }

  /** Lets it finish the batch under way, commit offsets and leave the group; does not wait. */
  public void beginStop() {
    heartbeat.stop();
    if (state.compareAndSet(IntakeState.NEW, IntakeState.STOPPED)) {
      ended.countDown();
      return;
    }
    enter(IntakeState.STOPPING);
    Assignment current = assignment;
    if (current != null) {
      current.wakeup();
    }
  }

  /** Whether it has ended, after waiting at most that long for it. */
  public boolean awaitStop(Duration atMost) throws InterruptedException {
    return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void run() {
    try {
      while (!state().isEnding()) {
        runOneConsumer();
      }
    } finally {
      enter(IntakeState.STOPPED);
      ended.countDown();
    }
  }

  /** Until told to stop, or until the Kafka client itself gives up and a new one is needed. */
  private void runOneConsumer() {
    boolean interrupted = false;
    holding = false;
    try (Assignment current = new Assignment(kafka.get(), subscription.topics(), positions)) {
      assignment = current;
      interrupted = consume(current);
    } catch (RuntimeException failure) {
      observer.clientFailed();
      failed("the Kafka client failed; a new one is made", failure);
      awaitPause();
    } finally {
      assignment = null;
      partitions = List.of();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Until told to stop; an interrupt is such a telling. It is taken off the thread, and answered,
   * so that offsets can still be committed and the group left; the caller sets it again.
   */
  private boolean consume(Assignment current) {
    try {
      while (!state().isEnding()) {
        step(current);
      }
    } catch (WakeupException stopped) {
      LOG.log(Level.FINE, "{0}: woken to stop", subscription.consumer());
    } catch (InterruptException interrupt) {
      enter(IntakeState.STOPPING);
    }
    return Thread.interrupted();
  }

  private void step(Assignment current) {
    heartbeat.beat();
    if (holding && System.nanoTime() - heldUntil >= 0) {
      holding = false;
      current.releaseHeld();
    }
    ConsumerRecords<byte[], byte[]> batch = current.poll(POLL);
    if (!batch.isEmpty()) {
      take(current, batch);
    } else {
      current.commitRest();
      settle(current);
    }
    observer.lag(current.lag());
    long now = System.nanoTime();
    if (now - progressAt > PROGRESS.toNanos()) {
      progressAt = now;
      partitions = current.progress();
    }
    if (now - topicsAt > TOPIC_CHECK.toNanos()) {
      topicsAt = now;
      if (current.isOutdated()) {
        throw new IllegalStateException("a topic was deleted and made again");
      }
    }
  }

  private void take(Assignment current, ConsumerRecords<byte[], byte[]> batch) {
    long begin = System.nanoTime();
    Instant began = Instant.now();
    List<ConsumerRecord<byte[], byte[]>> records = Assignment.records(batch);
    BatchResult result;
    try {
      result = handler.handle(records);
    } catch (RuntimeException failure) {
      observer.failed(records, failure, began);
      failed(
          "a batch of " + batch.count() + " records was not applied; it is tried again", failure);
      current.rest(batch);
      rest(current);
      return;
    }
    List<ConsumerRecord<byte[], byte[]>> taken =
        result.held().isEmpty()
            ? records
            : records.stream().filter(record -> !result.leftOut(record)).toList();
    observer.applied(taken, result, began, Duration.ofNanos(System.nanoTime() - begin));
    current.done(batch, result.held());
    if (result.held().isEmpty()) {
      pause.reset();
      settle(current);
    } else {
      hold(result.held().keySet());
    }
  }

  /** Leaves some partitions alone for a while; the others continue. */
  private void hold(Set<TopicPartition> partitions) {
    heldUntil = System.nanoTime() + pause.next().toNanos();
    holding = true;
    trouble = partitions + " wait for the schema registry, which does not answer";
    enter(IntakeState.RETRYING);
  }

  /** Polls on while everything is paused: that keeps our place in the group. */
  private void rest(Assignment current) {
    long until = System.nanoTime() + pause.next().toNanos();
    for (long left = 1; left > 0 && !state().isEnding(); left = until - System.nanoTime()) {
      heartbeat.beat();
      ConsumerRecords<byte[], byte[]> unexpected =
          current.poll(Duration.ofNanos(Math.min(left, POLL.toNanos())));
      current.rest(unexpected);
    }
    current.wake();
  }

  private void settle(Assignment current) {
    if (!current.inGroup(settings.sessionTimeout())) {
      trouble = "no broker at " + settings.bootstrapServers() + " says which partitions are ours";
      enter(IntakeState.JOINING);
      return;
    }
    if (!holding) {
      enter(IntakeState.RUNNING);
    }
  }

  private void failed(String what, RuntimeException failure) {
    trouble = what + ": " + failure;
    LOG.log(Level.WARNING, subscription.consumer() + ": " + what, failure);
    enter(failure instanceof BrokenConsumer ? IntakeState.BROKEN : IntakeState.RETRYING);
  }

  private void awaitPause() {
    try {
      long until = System.nanoTime() + pause.next().toNanos();
      while (System.nanoTime() < until && !state().isEnding()) {
        heartbeat.beat();
        if (ended.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      enter(IntakeState.STOPPING);
    }
  }

  /** The one place where the state changes. An ending loop only ends. */
  private void enter(IntakeState next) {
    IntakeState before =
        state.getAndUpdate(now -> now.isEnding() && next != IntakeState.STOPPED ? now : next);
    if (next == IntakeState.RUNNING) {
      trouble = "";
    }
    if (before != next && !(before.isEnding() && next != IntakeState.STOPPED)) {
      LOG.log(Level.INFO, "{0}: {1} -> {2}", new Object[] {subscription.consumer(), before, next});
    }
  }
}
