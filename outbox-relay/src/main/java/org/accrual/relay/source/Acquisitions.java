package org.accrual.relay.source;

import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.accrual.relay.outbox.Position;

/**
 * Leads from a task, which Debezium makes by name from text settings, to the source that started
 * it.
 */
final class Acquisitions {
  private static final Map<String, Acquired> WAITING = new ConcurrentHashMap<>();

  /** Told by the task that the slot is ours; answers with the mark. */
  @FunctionalInterface
  interface Acquired {
    Position slotAcquired() throws InterruptedException;
  }

  private Acquisitions() {}

  /** Returns the name under which {@link #of} finds it until {@link #forget}. */
  static String remember(Acquired acquired) {
    String name = UUID.randomUUID().toString();
    WAITING.put(name, acquired);
    return name;
  }

  static Acquired of(String name) {
    return Objects.requireNonNull(WAITING.get(name), "no source waits for this task");
  }

  static void forget(String name) {
    WAITING.remove(name);
  }
}
