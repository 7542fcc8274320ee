package org.accrual.relay.stream.source;

import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.accrual.relay.stream.outbox.Position;

/**
 * Leads from a task, which Debezium makes by name from text settings, to the source that started
 * it.
 */
final class Owners {
  private static final Map<String, Owner> WAITING = new ConcurrentHashMap<>();

  /** Is called by the streaming thread, and by the polling thread. */
  interface Owner {
    /** The slot is ours; answers with the checkpoint. */
    Position slotAcquired() throws InterruptedException;

    /** Reports that the polling thread is at work, also while nothing arrives. */
    void polling();

    /** A transaction's end has been read, and its last row is about to come. */
    void ended(Boundary boundary);

    /** The publication sent a row of another table; the stream ends. */
    void foreignRow();
  }

  private Owners() {}

  /** Returns the name under which {@link #of} finds it until {@link #forget}. */
  static String remember(Owner owner) {
    String name = UUID.randomUUID().toString();
    WAITING.put(name, owner);
    return name;
  }

  static Owner of(String name) {
    return Objects.requireNonNull(WAITING.get(name), "no source waits for this task");
  }

  static void forget(String name) {
    WAITING.remove(name);
  }
}
