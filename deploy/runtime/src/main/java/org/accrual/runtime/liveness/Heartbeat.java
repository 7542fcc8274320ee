package org.accrual.runtime.liveness;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reports that one loop of the process is at work. {@code /health/live} fails, and the process is
 * restarted, when a loop has ended without having been stopped, or has not reported for longer than
 * the limit (setting {@code accrual.liveness.loop-timeout}).
 *
 * <p>A loop reports at each turn, and also while it waits for PostgreSQL or Kafka to come back: a
 * restart does not help then. One thread reports; {@link #start} and {@link #stop} may come from
 * any.
 */
public final class Heartbeat {
  private static final Set<Heartbeat> WATCHED = ConcurrentHashMap.newKeySet();

  private final String loop;
  private final Optional<Duration> limit;
  private volatile boolean stopped;
  private volatile boolean beaten;
  private volatile Duration pause = Duration.ZERO;
  private volatile Optional<String> ended = Optional.empty();

  // Used by the thread of LivenessWatch alone.
  private Duration silence = Duration.ZERO;
  private Instant lastSeen = Instant.now();

  /** Creates the heartbeat of a loop, such as {@code intake-projection}; it is not watched yet. */
  public Heartbeat(String loop) {
    this(loop, Optional.empty());
  }

  /** Creates a heartbeat that is limited to that silence, whatever the setting. */
  public Heartbeat(String loop, Duration limit) {
    this(loop, Optional.of(limit));
  }

  private Heartbeat(String loop, Optional<Duration> limit) {
    this.loop = loop;
    this.limit = limit;
  }

  /** Begins to watch the loop, unless it has been stopped already. */
  public void start() {
    WATCHED.add(this);
    if (stopped) {
      WATCHED.remove(this);
    }
  }

  /** Reports that the loop is at work. */
  public void beat() {
    beat(Duration.ZERO);
  }

  /** Reports that the loop is at work and that its next turn begins after that pause. */
  public void beat(Duration untilNext) {
    pause = untilNext;
    beaten = true;
  }

  /** Ends watching. Call it when the loop is asked to stop, before it ends. */
  public void stop() {
    stopped = true;
    WATCHED.remove(this);
  }

  /**
   * Starts watching and returns a task that runs the loop. An end of the loop before {@link #stop}
   * is a failure of the process.
   */
  public Runnable watch(Runnable body) {
    start();
    return () -> {
      String cause = "without an error";
      try {
        body.run();
      } catch (RuntimeException | Error e) {
        cause = e.toString();
        throw e;
      } finally {
        ended = Optional.of("has ended at " + Instant.now() + ": " + cause);
      }
    };
  }

  /**
   * Returns the loops that have failed, each with the reason. Called by one thread, once a tick.
   * Time is counted in ticks, so that a process that was suspended as a whole finds no loop silent
   * when it resumes.
   *
   * @param limit of loops without a limit of their own
   */
  static SortedMap<String, String> failures(Duration tick, Duration limit) {
    SortedMap<String, String> failures = new TreeMap<>();
    for (Heartbeat each : WATCHED) {
      @Nullable String failure = each.failure(tick, limit);
      if (failure != null) {
        failures.put(each.loop, failure);
      }
    }
    return failures;
  }

  /** Returns the names of the loops that are watched now. */
  static SortedSet<String> watched() {
    return WATCHED.stream().map(each -> each.loop).collect(Collectors.toCollection(TreeSet::new));
  }

  private @Nullable String failure(Duration tick, Duration general) {
    if (ended.isPresent()) {
      return stopped ? null : ended.get();
    }
    if (beaten) {
      beaten = false;
      silence = Duration.ZERO;
      lastSeen = Instant.now();
      return null;
    }
    silence = silence.plus(tick);
    Duration allowed = limit.orElse(general);
    return silence.compareTo(allowed.plus(pause)) > 0
        ? "no heartbeat since %s, allowed are %d s".formatted(lastSeen, allowed.toSeconds())
        : null;
  }
}
