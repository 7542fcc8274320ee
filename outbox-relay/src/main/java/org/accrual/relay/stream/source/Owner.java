package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.connection.ReplicationStream;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;
import org.jspecify.annotations.Nullable;

/**
 * The source that a Debezium task belongs to. Debezium creates a task by its class name and text
 * settings, so the task finds its source by a name.
 */
interface Owner {
  /** The slot was acquired; returns the checkpoint. Called by the streaming thread. */
  Position slotAcquired() throws InterruptedException;

  /** Returns a stream that takes the rows out of {@code stream}, which begins at the checkpoint. */
  ReplicationStream streaming(ReplicationStream stream, Supplier<@Nullable Object> description);

  /** Returns the next delivery, empty if nothing came for a while. Called by the polling thread. */
  Optional<Delivery> next() throws InterruptedException;

  /** The owners of tasks that have not ended, by name. */
  final class Register {
    private static final Map<String, Owner> OWNERS = new ConcurrentHashMap<>();

    private Register() {}

    /** Returns the name under which {@link #find} returns it until {@link #remove}. */
    static String add(Owner owner) {
      String name = UUID.randomUUID().toString();
      OWNERS.put(name, owner);
      return name;
    }

    static Owner find(String name) {
      return Objects.requireNonNull(OWNERS.get(name), "no source has started this task");
    }

    static void remove(String name) {
      OWNERS.remove(name);
    }
  }
}
