package org.accrual.consumers.progress;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 * its waiters at once. Batches of other processes, and parked streams, are found by one thread with
 * two statements for all waiters, however many there are: within {@link #RECHECK} for readers, ten
 * times that for watchers. Safe for several threads.
 */
public final class StreamProgress implements AutoCloseable {
  /** How often the tables are read while a reader waits. */
  public static final Duration RECHECK = Duration.ofMillis(25);

  private static final int WATCHERS_EVERY = 10;
  private static final Duration IDLE = Duration.ofSeconds(5);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  // Not those whose letters are being applied: a reader may wait for them.
  private static final String PARKED =
      """
      select s.topic, s.key from unnest(?, ?) as w (topic, key)
        join deadletter.stream s on s.consumer = ? and s.topic = w.topic and s.key = w.key
       where s.cause <> 'behind'
      """;
  private static final Logger LOG = Logger.getLogger(StreamProgress.class.getName());

  private final DataSource database;
  private final GateTable gate;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition someoneWaits = lock.newCondition();
  // Guarded by lock.
  private final Map<StreamKey, List<Waiter>> waiters = new HashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Heartbeat heartbeat;

  /** One that waits; not a record, since two that wait for the same are still two. */
  private static final class Waiter {
    final long version;

    /** A reader that has asked for a version, and that a parked stream ends; else a watcher. */
    final boolean reader;

    final CountDownLatch ended = new CountDownLatch(1);

    /** Set before ended. */
    volatile Wait result = Wait.BEHIND;

    Waiter(long version, boolean reader) {
      this.version = version;
      this.reader = reader;
    }

    void end(Wait how) {
      result = how;
      ended.countDown();
    }
  }

  public StreamProgress(DataSource database, GateTable gate) {
    this.database = database;
    this.gate = gate;
    this.heartbeat = new Heartbeat("progress-" + gate.consumer());
    Thread.ofVirtual().name("progress").start(heartbeat.watch(this::recheck));
  }

  /**
   * Returns the version of a stream that has been applied; 0 if none was.
   *
   * @throws SQLException if the database cannot say
   */
  public long version(StreamKey stream) throws SQLException {
    try (Connection connection = database.getConnection()) {
      return gate.read(connection, List.of(stream)).getOrDefault(stream, 0L);
    }
  }

  /**
   * Waits at most that long, for a watcher; returns whether the version has been applied.
   *
   * @throws SQLException if the database cannot say
   */
  public boolean await(StreamKey stream, long version, Duration atMost)
      throws InterruptedException, SQLException {
    return await(stream, new Waiter(version, false), atMost) == Wait.REACHED;
  }

  /**
   * Waits at most that long, for a reader, and ends at once when the consumer has parked the
   * stream, since waiting does not help then.
   *
   * @throws SQLException if the database cannot say
   */
  public Wait awaitUnlessParked(StreamKey stream, long version, Duration atMost)
      throws InterruptedException, SQLException {
    return await(stream, new Waiter(version, true), atMost);
  }

  private Wait await(StreamKey stream, Waiter waiter, Duration atMost)
      throws InterruptedException, SQLException {
    if (version(stream) >= waiter.version) {
      return Wait.REACHED;
    }
    register(stream, waiter);
    try {
      // Read again once registered: a batch that was applied before that did not wake this waiter.
      if (version(stream) >= waiter.version) {
        return Wait.REACHED;
      }
      boolean _ = waiter.ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return waiter.result;
    } finally {
      remove(stream, waiter);
    }
  }

  /** Wakes those that wait for these versions, which are applied and committed. */
  public void reached(Map<StreamKey, Long> versions) {
    end(versions, Set.of());
  }

  private void end(Map<StreamKey, Long> versions, Set<StreamKey> parked) {
    lock.lock();
    try {
      if (waiters.isEmpty()) {
        return;
      }
      versions.forEach(
          (stream, version) ->
              waiters.getOrDefault(stream, List.of()).stream()
                  .filter(waiter -> waiter.version <= version)
                  .forEach(waiter -> waiter.end(Wait.REACHED)));
      for (StreamKey stream : parked) {
        long version = versions.getOrDefault(stream, 0L);
        waiters.getOrDefault(stream, List.of()).stream()
            .filter(waiter -> waiter.reader && waiter.version > version)
            .forEach(waiter -> waiter.end(Wait.PARKED));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the rechecks; those that wait still learn that the time is up. */
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

  private void register(StreamKey stream, Waiter waiter) {
    lock.lock();
    try {
      waiters.computeIfAbsent(stream, s -> new ArrayList<>()).add(waiter);
      someoneWaits.signal();
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
      Duration pause = RECHECK;
      for (long turn = 0; !closing.await(pause.toNanos(), TimeUnit.NANOSECONDS); turn++) {
        Set<StreamKey> awaited = awaited(turn % WATCHERS_EVERY == 0);
        try {
          look(awaited);
          pause = RECHECK;
        } catch (SQLException away) {
          LOG.log(
              Level.WARNING,
              "cannot read how far {0} is, readers wait; see to the database: {1}",
              new Object[] {gate.consumer(), away.getMessage()});
          pause = AFTER_FAILURE;
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Set<StreamKey> awaited) throws SQLException {
    if (awaited.isEmpty()) {
      return;
    }
    try (Connection connection = database.getConnection()) {
      // Parked streams first: one whose parking has ended between the two has its version.
      Set<StreamKey> parked = parked(connection, awaited);
      end(gate.read(connection, awaited), parked);
    }
  }

  /** Returns the streams that readers wait for, or all; blocks while there are no waiters. */
  private Set<StreamKey> awaited(boolean watchersToo) throws InterruptedException {
    lock.lock();
    try {
      while (waiters.isEmpty() && closing.getCount() > 0) {
        heartbeat.beat();
        boolean _ = someoneWaits.await(IDLE.toMillis(), TimeUnit.MILLISECONDS);
      }
      heartbeat.beat();
      Set<StreamKey> awaited = new HashSet<>();
      waiters.forEach(
          (stream, each) -> {
            if (watchersToo || each.stream().anyMatch(waiter -> waiter.reader)) {
              awaited.add(stream);
            }
          });
      return awaited;
    } finally {
      lock.unlock();
    }
  }

  private Set<StreamKey> parked(Connection connection, Collection<StreamKey> streams)
      throws SQLException {
    Set<StreamKey> parked = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(PARKED)) {
      statement.setArray(1, texts(connection, streams.stream().map(StreamKey::topic).toArray()));
      statement.setArray(2, texts(connection, streams.stream().map(StreamKey::key).toArray()));
      statement.setString(3, gate.consumer());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          parked.add(new StreamKey(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return parked;
  }

  private static Array texts(Connection connection, Object[] values) throws SQLException {
    return connection.createArrayOf("text", values);
  }
}
