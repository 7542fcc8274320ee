package org.accrual.core.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.accrual.core.application.Caused;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Recorded;
import org.accrual.core.application.RunningSaga;
import org.accrual.core.application.SagaStore;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.saga.SagaTiming;

/**
 * Many runs at once on one connection: two statements read them, one writes all. Runs are held
 * before their streams are read, so that a stream is read as whoever moved it last has left it.
 */
public final class PostgresSagas implements SagaStore {
  private final Connection connection;
  private final Supplier<UUID> messageIds;
  private final Duration retention;

  /**
   * Works in a transaction that somebody else commits.
   *
   * @param connection autocommit off
   * @param messageIds UUID v7, growing with time
   * @param retention how long answers and operations are kept at least
   */
  public PostgresSagas(Connection connection, Supplier<UUID> messageIds, Duration retention) {
    this.connection = connection;
    this.messageIds = messageIds;
    this.retention = retention;
  }

  @Override
  public Map<UUID, Held> hold(Collection<UUID> enrollmentIds) {
    return unchecked(
        () -> {
          Map<UUID, RunningSaga> runs = holdRuns(enrollmentIds);
          Set<UUID> missing = new HashSet<>(enrollmentIds);
          missing.removeAll(runs.keySet());
          if (!missing.isEmpty()) {
            awaitInserts(missing);
            runs.putAll(holdRuns(missing));
          }
          Map<UUID, Held> held = new HashMap<>();
          histories(enrollmentIds)
              .forEach(
                  (id, history) ->
                      held.put(id, new Held(history, Optional.ofNullable(runs.get(id)))));
          return held;
        });
  }

  @Override
  public Due due(Optional<Instant> since, int limit) {
    return unchecked(
        () -> {
          Set<UUID> published = new HashSet<>();
          int found = 0;
          try (PreparedStatement select = connection.prepareStatement(Loads.HOLD_DUE_RUNS)) {
            select.setObject(1, since.orElse(Instant.EPOCH).atOffset(ZoneOffset.UTC));
            select.setInt(2, limit);
            try (ResultSet rows = select.executeQuery()) {
              for (; rows.next(); found++) {
                if (rows.getBoolean("published")) {
                  published.add(rows.getObject("enrollment_id", UUID.class));
                }
              }
            }
          }
          return new Due(published, found < limit && found == published.size(), now());
        });
  }

  @Override
  public Due expired(int limit) {
    return unchecked(
        () -> {
          Set<UUID> expired = new HashSet<>();
          try (PreparedStatement select = connection.prepareStatement(Loads.HOLD_EXPIRED_RUNS)) {
            select.setInt(1, limit);
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                expired.add(rows.getObject("enrollment_id", UUID.class));
              }
            }
          }
          return new Due(expired, expired.size() < limit, now());
        });
  }

  @Override
  public void setAside(UUID enrollmentId, String error, SagaTiming timing) {
    unchecked(
        () -> {
          new Calls()
              .add(
                  "set_saga_aside",
                  enrollmentId,
                  error,
                  timing.stepDeadline(),
                  timing.longestPause())
              .run(connection);
          return true;
        });
  }

  @Override
  public void write(List<Caused> changes, Instant now) {
    unchecked(
        () -> {
          new ChangeCalls(messageIds, retention, now).of(changes).run(connection);
          return true;
        });
  }

  @Override
  public void keepSealedArms(Map<UUID, byte[]> sealed) {
    unchecked(
        () -> {
          // Questions that nobody waits for any more have no row.
          String sql =
              """
              update enrollment.unblinding u set sealed_arm = a.sealed_arm
                from unnest(?, ?) as a(request_ref, sealed_arm)
               where u.request_ref = a.request_ref and u.sealed_arm is null
              """;
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setArray(1, connection.createArrayOf("uuid", sealed.keySet().toArray()));
            update.setArray(
                2, connection.createArrayOf("bytea", sealed.values().toArray(byte[][]::new)));
            if (update.executeUpdate() < sealed.size()) {
              awaitInserts(sealed.keySet());
              update.executeUpdate();
            }
          }
          return true;
        });
  }

  private Map<UUID, RunningSaga> holdRuns(Collection<UUID> enrollmentIds) throws SQLException {
    Map<UUID, RunningSaga> runs = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(Loads.HOLD_RUNS)) {
      select.setArray(1, connection.createArrayOf("uuid", enrollmentIds.toArray()));
      runs(select).forEach(run -> runs.put(run.enrollmentId(), run));
    }
    return runs;
  }

  /** Waits for rows that are published but not visible yet. */
  private void awaitInserts(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement await =
        connection.prepareStatement("select enrollment.await_inserts(?)")) {
      await.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
      await.execute();
    }
  }

  private Instant now() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("select now()");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  private static List<RunningSaga> runs(PreparedStatement select) throws SQLException {
    List<RunningSaga> runs = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        LoadedRows.saga(rows).ifPresent(runs::add);
      }
    }
    return runs;
  }

  private Map<UUID, EnrollmentHistory> histories(Collection<UUID> ids) throws SQLException {
    Map<UUID, List<Recorded<EnrollmentEvent>>> streams = new LinkedHashMap<>();
    try (PreparedStatement select = connection.prepareStatement(Loads.STREAMS)) {
      select.setArray(
          1, connection.createArrayOf("text", ids.stream().map(UUID::toString).toArray()));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          streams
              .computeIfAbsent(UUID.fromString(rows.getString("stream_id")), _ -> new ArrayList<>())
              .addAll(LoadedRows.event(rows, EnrollmentEventCodec::fromAvro));
        }
      }
    }
    Map<UUID, EnrollmentHistory> histories = new HashMap<>();
    streams.forEach((id, events) -> histories.put(id, new EnrollmentHistory(events)));
    return histories;
  }

  private interface Sql<T> {
    T run() throws SQLException;
  }

  /** The port knows no SQL; whoever began the transaction gets the failure back as it was. */
  private static <T> T unchecked(Sql<T> sql) {
    try {
      return sql.run();
    } catch (SQLException failed) {
      throw new SagaSqlFailure(failed);
    }
  }
}
