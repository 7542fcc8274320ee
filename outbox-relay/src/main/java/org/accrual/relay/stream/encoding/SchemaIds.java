package org.accrual.relay.stream.encoding;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;

/**
 * Returns what the registry knows of a type: the id of a version, and the latest schema, both as
 * they were at most 30 s and an answer ago. Ids are checked in the background, so that a registry
 * that was replaced and gives others is noticed, and known types continue while the registry is
 * away. An unknown type waits for it, since the outbox keeps the rows. Used by one thread; {@link
 * #stop} may come from any.
 */
public final class SchemaIds {
  private static final Logger LOG = Logger.getLogger(SchemaIds.class.getName());
  private static final Duration FRESH = Duration.ofSeconds(30);

  private record Key(String type, int version) {}

  private final SchemaRegistry registry;
  private final RegistryQuestions questions;
  private final LatestSchemas latest;
  private final Map<Key, Integer> known = new ConcurrentHashMap<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile long lookedAt = System.nanoTime();

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
    this.questions = new RegistryQuestions(registry, beat);
    this.latest = new LatestSchemas(registry, questions, System::nanoTime);
  }

  /**
   * The id of a version of a type: of ours, or of a newer build whose events this one relays.
   *
   * @throws UnpublishableException if there is no such schema in the registry
   * @throws InterruptedException if stopped while the registry was away
   */
  int of(String type, int version) throws InterruptedException {
    Key key = new Key(type, version);
    Integer id = known.get(key);
    if (id == null) {
      id = questions.own(type, () -> now(key));
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
   * Returns the latest schema that anybody has registered for a type from SQL.
   *
   * @param aggregateType that the type was published to
   * @throws UnpublishableException if there is none
   * @throws InterruptedException if stopped while the registry was away
   */
  SchemaRegistry.Registered latest(String aggregateType, String type) throws InterruptedException {
    return latest.of(aggregateType, type);
  }

  /** Returns a newer schema than one that a value from SQL does not fit, if there is one. */
  Optional<SchemaRegistry.Registered> newerThan(SchemaRegistry.Registered seen, String type)
      throws InterruptedException {
    return latest.newerThan(seen, type);
  }

  /** Ends waiting for the registry. */
  public void stop() {
    questions.stop();
  }
}
