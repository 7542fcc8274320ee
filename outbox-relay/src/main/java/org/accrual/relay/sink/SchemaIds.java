package org.accrual.relay.sink;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;

/**
 * What the registry knows of a type: the id of a version, and the latest schema, both as they were
 * at most 30 s and an answer ago. Ids are looked after in the background, so that a registry that
 * was replaced and gives others is noticed, and one that is away holds nothing up that was known.
 * What is not known waits for the registry, as long as it takes: the outbox keeps what is to be
 * relayed. Used by one thread; {@link #stop} may come from any.
 */
public final class SchemaIds {
  private static final Logger LOG = Logger.getLogger(SchemaIds.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration FRESH = Duration.ofSeconds(30);

  private record Key(String type, int version) {}

  private record Known(SchemaRegistry.Registered latest, long since) {}

  private final SchemaRegistry registry;
  private final Runnable beat;
  private final Map<Key, Integer> known = new ConcurrentHashMap<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile long lookedAt = System.nanoTime();
  private final Map<String, Known> latest = new HashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Creates one for a command, which is not watched. */
  public SchemaIds(SchemaRegistry registry) {
    this(registry, () -> {});
  }

  /**
   * Creates one for the relay.
   *
   * @param beat is called at each attempt while the registry is away: the heartbeat of the thread
   *     that waits
   */
  public SchemaIds(SchemaRegistry registry, Runnable beat) {
    this.registry = registry;
    this.beat = beat;
  }

  /**
   * The id of a version of a type: of ours, or of a newer build whose events this one relays.
   *
   * @throws Unpublishable if there is no such schema in the registry
   * @throws InterruptedException if stopped while the registry was away
   */
  int of(String type, int version) throws InterruptedException {
    Key key = new Key(type, version);
    Integer id = known.get(key);
    if (id == null) {
      id = ask(type, () -> now(key));
      known.put(key, id);
    } else if (System.nanoTime() - lookedAt > FRESH.toNanos()
        && looking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("schema-ids").start(this::lookAgain);
    }
    return id;
  }

  private int now(Key key) {
    return EventSchemas.of(key.type(), key.version())
        .map(schema -> registry.idNow(key.type(), schema))
        .orElseGet(() -> registry.ofVersion(key.type(), key.version()).id());
  }

  /** An empty registry that nobody has registered with yet changes nothing. */
  void lookAgain() {
    try {
      for (Map.Entry<Key, Integer> each : known.entrySet()) {
        int id = now(each.getKey());
        if (each.setValue(id) != id) {
          LOG.log(
              Level.WARNING,
              "the schema registry has {0} version {1} under another id now, {2}: it was replaced",
              new Object[] {each.getKey().type(), each.getKey().version(), id});
        }
      }
    } catch (UnknownSchema | RegistryUnavailable later) {
      LOG.log(Level.FINE, "ids are looked at again later", later);
    } finally {
      lookedAt = System.nanoTime();
      looking.set(false);
    }
  }

  /**
   * The latest schema registered for a type by anybody, as it was at most 30 s ago.
   *
   * @throws Unpublishable if there is none
   * @throws InterruptedException if stopped while the registry was away
   */
  SchemaRegistry.Registered latest(String type) throws InterruptedException {
    Known before = latest.get(type);
    if (before == null || System.nanoTime() - before.since() > FRESH.toNanos()) {
      return latestNow(type);
    }
    return before.latest();
  }

  /** The same as it is now, for what does not fit what was known. */
  SchemaRegistry.Registered latestNow(String type) throws InterruptedException {
    Known now = new Known(ask(type, () -> registry.latest(type)), System.nanoTime());
    latest.put(type, now);
    return now.latest();
  }

  /** Ends waiting for the registry. */
  public void stop() {
    stopped.countDown();
  }

  private <T> T ask(String type, Supplier<T> question) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      beat.run();
      try {
        return question.get();
      } catch (UnknownSchema unknown) {
        throw new Unpublishable(String.valueOf(unknown.getMessage()));
      } catch (RegistryUnavailable away) {
        LOG.log(
            Level.WARNING,
            "cannot relay {0} yet, attempt {1}: {2}; start the schema registry or correct"
                + " accrual.registry.url",
            new Object[] {type, attempt, away.getMessage()});
      }
      if (stopped.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("stopped while the schema registry was away");
      }
    }
  }
}
