package org.accrual.relay.sink;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;

/**
 * What the registry knows of a type: the id of a version of ours, asked for once; the latest schema
 * of any, asked for anew after 30 s. Waits for a registry that is away, as long as it takes: the
 * outbox keeps what is to be relayed. Used by one thread; {@link #stop} may come from any.
 */
public final class SchemaIds {
  private static final Logger LOG = Logger.getLogger(SchemaIds.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration FRESH = Duration.ofSeconds(30);

  private record Key(String type, int version) {}

  private record Known(SchemaRegistry.Registered latest, long since) {}

  private final SchemaRegistry registry;
  private final Map<Key, Integer> known = new HashMap<>();
  private final Map<String, Known> latest = new HashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  public SchemaIds(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * The id of a schema of ours.
   *
   * @throws Unpublishable if there is no such schema, here or in the registry
   * @throws InterruptedException if stopped while the registry was away
   */
  int of(String type, int version) throws InterruptedException {
    Key key = new Key(type, version);
    Integer id = known.get(key);
    if (id == null) {
      Schema schema =
          EventSchemas.of(type, version)
              .orElseThrow(
                  () ->
                      new Unpublishable(
                          "type '%s' has no schema version %d in this relay"
                              .formatted(type, version)));
      id = ask(type, () -> registry.idOf(type, schema));
      known.put(key, id);
    }
    return id;
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
