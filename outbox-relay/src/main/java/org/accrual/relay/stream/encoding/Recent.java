package org.accrual.relay.stream.encoding;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Remembers answers for a limited time, and at most {@value #MOST} of them: their keys come from
 * SQL, where anybody may make up any number. Used by one thread.
 */
public final class Recent<V> {
  static final int MOST = 1_000;

  private record Answer<V>(V value, long until) {}

  private final LongSupplier nanoTime;
  private final Map<String, Answer<V>> entries =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Answer<V>> eldest) {
          return size() > MOST;
        }
      };

  /**
   * @param nanoTime the clock, as {@link System#nanoTime()}
   */
  public Recent(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  public void put(String key, V value, Duration time) {
    entries.remove(key);
    entries.put(key, new Answer<>(value, nanoTime.getAsLong() + time.toNanos()));
  }

  /** Returns the value if its time has not passed. */
  public Optional<V> fresh(String key) {
    Answer<V> entry = entries.get(key);
    return entry == null || nanoTime.getAsLong() - entry.until() > 0
        ? Optional.empty()
        : Optional.of(entry.value());
  }

  /** Returns the value, even if its time has passed. */
  Optional<V> last(String key) {
    return Optional.ofNullable(entries.get(key)).map(Answer::value);
  }
}
