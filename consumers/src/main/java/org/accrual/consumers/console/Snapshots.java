package org.accrual.consumers.console;

import io.grpc.Status.Code;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * One snapshot a second of everything that any page watches, however many watch: a page more costs
 * the database nothing. While nobody watches nothing is asked.
 */
@ApplicationScoped
class Snapshots {
  private static final Logger LOG = Logger.getLogger(Snapshots.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** Each is a call a second. */
  private static final int MOST_FEEDS = 64;

  private static final Failure TOO_MANY =
      new Failure(
          Code.RESOURCE_EXHAUSTED.name(),
          "TOO_MANY_FEEDS",
          "%d feeds are watched already: close pages of the console".formatted(MOST_FEEDS),
          "",
          0,
          List.of());

  /** So that a page which reconnects soon finds its feeds. */
  private static final Duration KEPT = Duration.ofSeconds(30);

  private final Calls calls;
  private final Feed tooMany;
  private final Map<String, Feed> feeds = new ConcurrentHashMap<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Heartbeat heartbeat = new Heartbeat("console-snapshots");

  /** Tells the snapshots of this process from those of another. */
  private final String origin = UUID.randomUUID().toString().substring(0, 8);

  private long number;
  private boolean started;

  @Inject
  Snapshots(Calls calls) {
    this.calls = calls;
    this.tooMany = Feed.failed(TOO_MANY, calls);
  }

  String origin() {
    return origin;
  }

  /**
   * Returns the feed of a method and a request, with a response if there was one at once. Beyond
   * {@link #MOST_FEEDS} a new one only reports that there are too many.
   */
  Feed feed(String name, String request) {
    start();
    String key = name + "?" + request;
    if (feeds.size() >= MOST_FEEDS && !feeds.containsKey(key)) {
      return tooMany;
    }
    Feed feed = feeds.computeIfAbsent(key, _ -> new Feed(name, request, calls));
    feed.want();
    if (feed.latest().isEmpty()) {
      feed.refresh(this::number);
    }
    return feed;
  }

  synchronized long number() {
    return number;
  }

  boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /** Waits for the snapshot after one that was seen, or for the stop; answers its number. */
  synchronized long awaitAfter(long seen) throws InterruptedException {
    while (number <= seen && !isStopping()) {
      wait(PERIOD.toMillis());
    }
    return number;
  }

  private synchronized void start() {
    if (!started) {
      started = true;
      Thread.ofVirtual().name("console-snapshots").start(heartbeat.watch(this::run));
    }
  }

  private void run() {
    try (ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
      while (!stopping.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
        heartbeat.beat();
        take(asking);
      }
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }

  /** Feeds that do not answer within the period are in a later snapshot. */
  private void take(ExecutorService asking) throws InterruptedException {
    forget();
    List<Feed> wanted = List.copyOf(feeds.values());
    CountDownLatch answers = new CountDownLatch(wanted.size());
    for (Feed feed : wanted) {
      asking.execute(
          () -> {
            try {
              feed.refresh(() -> number() + 1);
            } catch (RuntimeException fault) {
              LOG.log(Level.SEVERE, "the console cannot show something; report this line", fault);
            } finally {
              answers.countDown();
            }
          });
    }
    boolean _ = answers.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    synchronized (this) {
      number++;
      notifyAll();
    }
  }

  private void forget() {
    feeds
        .entrySet()
        .removeIf(
            entry -> {
              boolean unwanted = entry.getValue().unwantedNanos() > KEPT.toNanos();
              if (unwanted) {
                entry.getValue().close();
              }
              return unwanted;
            });
  }

  /** Before HTTP stops: pages' streams would else hold it up. */
  void stop(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    heartbeat.stop();
    stopping.countDown();
    synchronized (this) {
      notifyAll();
    }
    feeds.values().forEach(Feed::close);
  }
}
