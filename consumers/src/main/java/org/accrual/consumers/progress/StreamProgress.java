package org.accrual.consumers.progress;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.intake.GateTable;
import org.accrual.intake.StreamKey;
import org.accrual.runtime.liveness.Heartbeat;

/**
 * Waits until a consumer has applied a version of a stream. A batch applied in this process wakes
 * its waiters at once; one applied in another is seen within {@link #RECHECK}, by one statement for
 * all waiters. Safe for use by many threads.
 */
public final class StreamProgress implements AutoCloseable {
  /** How often the gate's table is read while somebody waits. */
  public static final Duration RECHECK = Duration.ofMillis(25);

  private static final Duration IDLE = Duration.ofSeconds(5);
  private static final Duration FIRST_LOOK = Duration.ofMillis(50);
  private static final Duration NEXT_LOOKS = Duration.ofMillis(250);
  private static final String PARKED =
      "select 1 from deadletter.stream where consumer = ? and topic = ? and key = ?";
  private static final Logger LOG = Logger.getLogger(StreamProgress.class.getName());

  private final DataSource database;
  private final GateTable gate;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition someoneWaits = lock.newCondition();
  // Guarded by lock.
  private final Map<StreamKey, List<Waiter>> waiters = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Heartbeat heartbeat;

  /** One reader; not a record, since two that wait for the same are still two. */
  private static final class Waiter {
    final long version;
    final CountDownLatch reached = new CountDownLatch(1);

    Waiter(long version) {
      this.version = version;
    }
  }

  public StreamProgress(DataSource database, GateTable gate) {
    this.database = database;
    this.gate = gate;
    this.heartbeat = new Heartbeat("progress-" + gate.consumer());
    Thread.ofVirtual().name("progress").start(heartbeat.watch(this::recheck));
  }

  /**
   * Whether the version has been applied, after waiting at most that long for it.
   *
   * @throws SQLException if the database cannot say
   */
  public boolean await(StreamKey stream, long version, Duration atMost)
      throws InterruptedException, SQLException {
    if (isApplied(stream, version)) {
      return true;
    }
    Waiter waiter = register(stream, version);
    try {
      // Looked at again once registered: what was applied between the two woke nobody.
      return isApplied(stream, version)
          || waiter.reached.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      remove(stream, waiter);
    }
  }

  /**
   * As {@link #await}, but gives up at once when the stream stands in the consumer's dead letters,
   * since waiting does not help then.
   */
  public Wait awaitUnlessParked(StreamKey stream, long version, Duration atMost)
      throws InterruptedException, SQLException {
    long until = System.nanoTime() + atMost.toNanos();
    Duration slice = FIRST_LOOK;
    while (true) {
      Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
      if (await(stream, version, left.compareTo(slice) < 0 ? left : slice)) {
        return Wait.REACHED;
      }
      if (isParked(stream)) {
        // Unless it was let go between the two looks.
        return isApplied(stream, version) ? Wait.REACHED : Wait.PARKED;
      }
      if (left.compareTo(slice) <= 0) {
        return Wait.BEHIND;
      }
      slice = NEXT_LOOKS;
    }
  }

  /** These versions are applied and committed: wakes who waited for them. */
  public void reached(Map<StreamKey, Long> versions) {
    lock.lock();
    try {
      if (waiters.isEmpty()) {
        return;
      }
      versions.forEach(
          (stream, version) -> {
            for (Waiter waiter : waiters.getOrDefault(stream, List.of())) {
              if (waiter.version <= version) {
                waiter.reached.countDown();
              }
            }
          });
    } finally {
      lock.unlock();
    }
  }

  /** Ends the rechecks; who waits still gets the answer that the time is up. */
  @Override
  public void close() {
    heartbeat.stop();
    closing.countDown();
    lock.lock();
    try {
      someoneWaits.signal();
    } finally {
      lock.unlock();
    }
  }

  private Waiter register(StreamKey stream, long version) {
    Waiter waiter = new Waiter(version);
    lock.lock();
    try {
      waiters.computeIfAbsent(stream, s -> new ArrayList<>()).add(waiter);
      someoneWaits.signal();
      return waiter;
    } finally {
      lock.unlock();
    }
  }

  private void remove(StreamKey stream, Waiter waiter) {
    lock.lock();
    try {
      waiters.computeIfPresent(
          stream,
          (s, list) -> {
            list.remove(waiter);
            return list.isEmpty() ? null : list;
          });
    } finally {
      lock.unlock();
    }
  }

  private void recheck() {
    try {
      while (!closing.await(RECHECK.toNanos(), TimeUnit.NANOSECONDS)) {
        List<StreamKey> awaited = awaited();
        try {
          reached(applied(awaited));
        } catch (SQLException away) {
          LOG.log(Level.WARNING, "cannot read how far the consumer is; readers wait", away);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns the streams that readers wait for; blocks while no reader waits. */
  private List<StreamKey> awaited() throws InterruptedException {
    lock.lock();
    try {
      while (waiters.isEmpty() && closing.getCount() > 0) {
        heartbeat.beat();
        boolean _ = someoneWaits.await(IDLE.toMillis(), TimeUnit.MILLISECONDS);
      }
      heartbeat.beat();
      return List.copyOf(waiters.keySet());
    } finally {
      lock.unlock();
    }
  }

  private boolean isApplied(StreamKey stream, long version) throws SQLException {
    Long applied = applied(List.of(stream)).get(stream);
    return applied != null && applied >= version;
  }

  private boolean isParked(StreamKey stream) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(PARKED)) {
      statement.setString(1, gate.consumer());
      statement.setString(2, stream.topic());
      statement.setString(3, stream.key());
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private Map<StreamKey, Long> applied(List<StreamKey> streams) throws SQLException {
    try (Connection connection = database.getConnection()) {
      return gate.read(connection, streams);
    }
  }
}
