package org.accrual.relay.sink;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.contract.EventSchemas;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;
import org.apache.avro.Schema;

/**
 * The registry's id for a type and version, asked for once. Waits for a registry that is away, as
 * long as it takes: the outbox keeps what is to be relayed. Used by one thread; {@link #stop} may
 * come from any.
 */
public final class SchemaIds {
  private static final Logger LOG = Logger.getLogger(SchemaIds.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(1);

  private record Key(String type, int version) {}

  private final SchemaRegistry registry;
  private final Map<Key, Integer> known = new HashMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  public SchemaIds(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * The id.
   *
   * @throws Unpublishable if there is no such schema, here or in the registry
   * @throws InterruptedException if stopped while the registry was away
   */
  int of(String type, int version) throws InterruptedException {
    Key key = new Key(type, version);
    Integer id = known.get(key);
    if (id == null) {
      id = ask(type, version);
      known.put(key, id);
    }
    return id;
  }

  /** Ends waiting for the registry. */
  public void stop() {
    stopped.countDown();
  }

  private int ask(String type, int version) throws InterruptedException {
    Schema schema =
        EventSchemas.of(type, version)
            .orElseThrow(
                () ->
                    new Unpublishable(
                        "type '%s' has no schema version %d in this relay"
                            .formatted(type, version)));
    for (int attempt = 1; ; attempt++) {
      try {
        return registry.idOf(type, schema);
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
