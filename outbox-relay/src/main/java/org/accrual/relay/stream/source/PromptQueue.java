package org.accrual.relay.stream.source;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.config.Configuration;
import io.debezium.connector.base.ChangeEventQueue;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.pipeline.DataChangeEvent;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;

/**
 * Debezium's queue between its streaming and its polling thread, polled without two costs of {@link
 * ChangeEventQueue#poll}. That one spends the last millisecond of each wait spinning with the lock
 * held, in which the streaming thread can add nothing: at an interval of 5 ms a fifth of the time,
 * idle or not. And it lets a transaction that comes alone wait for others.
 *
 * <p>The interval says here how long more is gathered where something was found at once; what comes
 * after a pause goes on when its transaction has ended.
 */
final class PromptQueue {
  /** So late at most is seen what no transaction's end announces: heartbeats, and failures. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  private final ChangeEventQueue<?> queue;
  private final int batch;
  private final Duration interval;
  private final Duration pause;
  private final Lock lock;
  private final Condition full;
  private final Condition notFull;
  private final Condition ended;
  private final Method drain;
  private final Method throwFailure;

  /** Since the last look; under the lock. */
  private boolean hasEnded;

  /**
   * Of a queue as Debezium has it.
   *
   * @throws IllegalStateException if it is not what it was
   */
  PromptQueue(ChangeEventQueue<?> queue, int batch, Duration interval, Duration pause) {
    this.queue = queue;
    this.batch = batch;
    this.interval = interval;
    this.pause = pause;
    try {
      this.lock = (Lock) member(queue, ChangeEventQueue.class, "lock");
      this.full = (Condition) member(queue, ChangeEventQueue.class, "isFull");
      this.notFull = (Condition) member(queue, ChangeEventQueue.class, "isNotFull");
      this.drain = ChangeEventQueue.class.getDeclaredMethod("drainRecords", List.class, int.class);
      this.throwFailure =
          ChangeEventQueue.class.getDeclaredMethod("throwProducerExceptionIfPresent");
    } catch (ReflectiveOperationException moved) {
      throw changed(moved);
    }
    this.ended = lock.newCondition();
    drain.setAccessible(true);
    throwFailure.setAccessible(true);
  }

  /** That of a task that has been started. */
  static PromptQueue of(PostgresConnectorTask task, Configuration config) {
    try {
      return new PromptQueue(
          (ChangeEventQueue<?>) member(task, PostgresConnectorTask.class, "queue"),
          config.getInteger(CommonConnectorConfig.MAX_BATCH_SIZE),
          Duration.ofMillis(config.getLong(CommonConnectorConfig.POLL_INTERVAL_MS)),
          PAUSE);
    } catch (ReflectiveOperationException moved) {
      throw changed(moved);
    }
  }

  private static IllegalStateException changed(ReflectiveOperationException moved) {
    return new IllegalStateException("Debezium's queue is not what it was: " + moved, moved);
  }

  private static Object member(Object of, Class<?> type, String name)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  /** A transaction is in the queue to its end. Called by the streaming thread. */
  void ended() {
    lock.lock();
    try {
      hasEnded = true;
      ended.signal();
    } finally {
      lock.unlock();
    }
  }

  /** What is there, at most a batch; empty if nothing came for a while. */
  List<DataChangeEvent> poll() throws InterruptedException {
    List<DataChangeEvent> events = new ArrayList<>();
    lock.lockInterruptibly();
    try {
      hasEnded = false;
      take(events);
      if (events.isEmpty()) {
        await(ended, () -> hasEnded, pause);
        take(events);
      } else if (events.size() < batch) {
        await(full, () -> waiting() >= batch, interval);
        take(events);
      }
      notFull.signalAll();
      return events;
    } finally {
      lock.unlock();
    }
  }

  private int waiting() {
    return queue.totalCapacity() - queue.remainingCapacity();
  }

  private static void await(Condition condition, BooleanSupplier until, Duration atMost)
      throws InterruptedException {
    long left = atMost.toNanos();
    while (left > 0 && !until.getAsBoolean()) {
      left = condition.awaitNanos(left);
    }
  }

  private void take(List<DataChangeEvent> events) throws InterruptedException {
    call(throwFailure);
    call(drain, events, batch - events.size());
  }

  private void call(Method method, Object... arguments) throws InterruptedException {
    try {
      method.invoke(queue, arguments);
    } catch (InvocationTargetException thrown) {
      switch (thrown.getCause()) {
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException failure -> throw failure;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(thrown);
      }
    } catch (IllegalAccessException closed) {
      throw new IllegalStateException(closed);
    }
  }
}
