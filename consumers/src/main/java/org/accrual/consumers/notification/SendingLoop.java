package org.accrual.consumers.notification;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.consumers.notification.NotificationTable.Doubted;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.liveness.Heartbeat;
import org.accrual.runtime.trace.Names;
import org.accrual.runtime.trace.Traces;

/**
 * Sends the messages of one channel: takes as many that are due as there are free workers, hands
 * each to the carrier and records the outcome, so that a slow one holds up no other. Owned by its
 * own thread; {@link #wake}, {@link #beginStop} and {@link #awaitStop} may come from any.
 */
final class SendingLoop {
  private static final Logger LOG = Logger.getLogger(SendingLoop.class.getName());
  private static final Duration IDLE = Duration.ofMillis(500);
  private static final Duration LEFT_ALONE = Duration.ofSeconds(1);

  private final Sending sending;
  private final Channel channel;
  private final NotificationTable table;
  private final NotificationSettings settings;
  private final SendingMetrics metrics;
  private final Semaphore news = new Semaphore(0);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Semaphore free = new Semaphore(NotificationSender.AT_ONCE);

  /** Set by a worker whose message was not tried; read and cleared by the loop's thread. */
  private final AtomicBoolean postponed = new AtomicBoolean();

  private final ExecutorService workers;
  private final Thread thread;
  private final Heartbeat heartbeat;

  SendingLoop(
      Carrier carrier,
      NotificationTable table,
      NotificationSettings settings,
      SendingMetrics metrics) {
    this.channel = carrier.channel();
    this.sending = new Sending(carrier, settings, InstantSource.system());
    this.table = table;
    this.settings = settings;
    this.metrics = metrics;
    String name = "send-" + channel.inSql();
    this.workers =
        Executors.newFixedThreadPool(
            NotificationSender.AT_ONCE, Thread.ofVirtual().name(name + "-", 0).factory());
    this.heartbeat = new Heartbeat(name);
    this.thread = Thread.ofVirtual().name(name).unstarted(this::watched);
  }

  void start() {
    heartbeat.start();
    thread.start();
  }

  void wake() {
    news.release();
  }

  void beginStop() {
    heartbeat.stop();
    stopping.countDown();
    news.release();
  }

  boolean awaitStop(Duration atMost) throws InterruptedException {
    return thread.join(atMost);
  }

  private void watched() {
    heartbeat.watch(this::run).run();
  }

  private void run() {
    try (workers) {
      while (stopping.getCount() > 0) {
        heartbeat.beat();
        Turn turn = turn();
        if (turn == Turn.LEFT_ALONE) {
          boolean _ = stopping.await(LEFT_ALONE.toMillis(), TimeUnit.MILLISECONDS);
        } else if (turn == Turn.IDLE) {
          boolean _ = news.tryAcquire(IDLE.toMillis(), TimeUnit.MILLISECONDS);
          news.drainPermits();
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** How a turn went. */
  private enum Turn {
    /** There was something to do, and there may be more. */
    WORKED,
    /** There was nothing to do. */
    IDLE,
    /** What messages go through, or the database, had better be left alone for a while. */
    LEFT_ALONE
  }

  private Turn turn() throws InterruptedException {
    if (!free.tryAcquire(IDLE.toMillis(), TimeUnit.MILLISECONDS)) {
      return Turn.WORKED;
    }
    int most = 1 + free.drainPermits();
    List<Intent> claimed = List.of();
    try {
      table.doubtOverdue(settings.inDoubt()).forEach(this::logDoubt);
      claimed = table.claim(channel, most, settings.lease());
    } catch (SQLException | RuntimeException failed) {
      LOG.log(
          Level.WARNING,
          "no message can be sent now; nothing is lost, it is tried again: see to the database if"
              + " this continues",
          failed);
      return Turn.LEFT_ALONE;
    } finally {
      free.release(most - claimed.size());
    }
    claimed.forEach(intent -> workers.execute(() -> work(intent)));
    if (postponed.getAndSet(false)) {
      return Turn.LEFT_ALONE;
    }
    return claimed.isEmpty() ? Turn.IDLE : Turn.WORKED;
  }

  private void work(Intent intent) {
    try {
      Outcome outcome =
          ScopedValue.where(Correlation.CURRENT, new Correlation(intent.correlationId(), "", ""))
              .call(() -> traced(intent));
      if (outcome instanceof Outcome.Postponed) {
        postponed.set(true);
      }
    } catch (RuntimeException failed) {
      LOG.log(
          Level.WARNING,
          intent + ": the outcome could not be recorded; it is in doubt when the lease is over",
          failed);
    } finally {
      free.release();
    }
  }

  private Outcome traced(Intent intent) {
    if (!Traces.on(intent.traceparent())) {
      return send(intent);
    }
    Span span =
        Traces.child("send " + intent.channel().inSql(), SpanKind.CLIENT, intent.traceparent())
            .setAttribute(Names.MESSAGING_ID, intent.messageId())
            .setAttribute(Names.CORRELATION, intent.correlationId())
            .startSpan();
    try {
      Outcome outcome = send(intent);
      span.setAttribute(Names.OUTCOME, outcome.getClass().getSimpleName());
      return outcome;
    } finally {
      span.end();
    }
  }

  private Outcome send(Intent intent) {
    Outcome outcome = sending.send(intent);
    metrics.count(outcome);
    if (!table.record(intent, outcome, settings.inDoubt())) {
      LOG.log(
          Level.WARNING,
          "{0}: {1}, recorded after its lease was over; it counts as in doubt and may arrive twice"
              + " under {2}: a longer accrual.notification.lease avoids this",
          new Object[] {intent, outcome, intent.messageId()});
    } else {
      LOG.log(level(outcome), "{0}: {1}", new Object[] {intent, outcome});
    }
    return outcome;
  }

  private void logDoubt(Doubted doubted) {
    metrics.countDoubt();
    ScopedValue.where(Correlation.CURRENT, new Correlation(doubted.correlationId(), "", ""))
        .run(
            () ->
                LOG.log(
                    Level.WARNING,
                    "notification {0} is in doubt: its sender ended before it recorded the outcome of"
                        + " {1}; {2}",
                    new Object[] {
                      doubted.notificationId(),
                      doubted.messageId(),
                      switch (settings.inDoubt()) {
                        case RESEND -> "it is sent again under the same id and may arrive twice";
                        case HOLD -> "decide with ResolveNotification";
                      }
                    }));
  }

  private static Level level(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Sent _ -> Level.INFO;
      case Outcome.Postponed _ -> Level.FINE;
      case Outcome.Skipped _ -> Level.INFO;
      case Outcome.NotAccepted _, Outcome.Refused _, Outcome.InDoubt _ -> Level.WARNING;
    };
  }
}
