package org.accrual.intake;

import io.opentelemetry.api.trace.Span;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.intake.RedriveTables.Parked;
import org.accrual.intake.RedriveTables.Run;
import org.accrual.intake.RedriveTables.Turn;
import org.accrual.runtime.trace.Traces;

/**
 * Tries parked letters again as redrives ask for it: one letter a transaction, in order per stream,
 * no faster than the run's rate. The first that fails holds those of its stream after it. A process
 * that dies does so between two letters.
 */
final class Redriver {
  private static final Logger LOG = Logger.getLogger(Redriver.class.getName());

  /** How late a redrive that was asked for begins. */
  private static final Duration IDLE = Duration.ofMillis(250);

  private final DataSource database;
  private final MessageDecoder decoder;
  private final GateTable gate;
  private final Effects effects;
  private final RedriveTables tables;
  private final Inbox inbox;

  Redriver(DataSource database, MessageDecoder decoder, GateTable gate, Effects effects) {
    this.database = database;
    this.decoder = decoder;
    this.gate = gate;
    this.effects = effects;
    this.tables = new RedriveTables(gate.consumer());
    this.inbox = new Inbox(gate.consumer());
  }

  /** See {@link Redriven#redrive}. */
  Duration redrive() {
    try (Connection connection = database.getConnection()) {
      Optional<Run> due = tables.claim(connection);
      if (due.isEmpty()) {
        connection.rollback();
        return IDLE;
      }
      try {
        Duration pause = step(connection, due.get());
        connection.commit();
        return pause;
      } catch (SQLException | RuntimeException failure) {
        connection.rollback();
        tables.postpone(connection, due.get());
        connection.commit();
        throw failure;
      }
    } catch (SQLException failure) {
      throw FailureKind.of(failure) == FailureKind.TRANSIENT
          ? new TransientFailure("the database cannot redrive now", failure)
          : new BrokenConsumer("redrives do not work", failure);
    }
  }

  private Duration step(Connection connection, Run run) throws SQLException {
    Optional<Turn> next = tables.next(connection, run);
    if (next.isPresent()) {
      take(connection, run, next.get());
    }
    tables.advance(connection, run);
    return Duration.ofNanos(1_000_000_000L / run.rate());
  }

  private void take(Connection connection, Run run, Turn turn) throws SQLException {
    if (!turn.alone()) {
      tables.lock(connection, turn.stream());
    }
    if (!tables.lockParked(connection, turn.letterId())) {
      tables.close(connection, run, turn, "gone", "");
      return;
    }
    Parked first = tables.first(connection, turn).orElseThrow();
    if (first.letterId().equals(turn.letterId())) {
      attempt(connection, run, turn, first);
    } else {
      tables.holdBack(
          connection, run, turn, "waits behind letter " + first.letterId() + " of its stream");
    }
  }

  private void attempt(Connection connection, Run run, Turn turn, Parked letter)
      throws SQLException {
    Decoded decoded = decoder.decode(letter.record());
    if (!Traces.on() || !(decoded instanceof Message message)) {
      attempt(connection, run, turn, decoded);
      return;
    }
    Span span = BatchSpans.redrive(gate.consumer(), message);
    try {
      attempt(connection, run, turn, message.goingOnFrom(Traces.traceparent(span)));
    } finally {
      span.end();
    }
  }

  private void attempt(Connection connection, Run run, Turn turn, Decoded decoded)
      throws SQLException {
    Judgement judgement =
        VersionGate.judge(
            gate.read(connection, Set.of(turn.stream())),
            Known.NOTHING.with(inbox.taken(connection, List.of(decoded))),
            List.of(decoded));
    if (!judgement.parks().isEmpty()) {
      failed(connection, run, turn, judgement.parks().getFirst());
      return;
    }
    Savepoint before = connection.setSavepoint();
    try {
      if (!judgement.advances().isEmpty()) {
        gate.advance(connection, judgement.advances());
      }
      inbox.add(connection, judgement.admitted());
      if (!judgement.admitted().isEmpty()) {
        effects.apply(connection, judgement.told());
      }
    } catch (SQLException | RuntimeException failure) {
      if (FailureKind.of(failure) != FailureKind.POISON) {
        throw failure;
      }
      connection.rollback(before);
      failed(connection, run, turn, Park.poison(decoded, failure, 1));
      return;
    }
    tables.applied(connection, run, turn);
  }

  private void failed(Connection connection, Run run, Turn turn, Park why) throws SQLException {
    tables.failed(connection, run, turn, why);
    why.inItsConversation(
        () ->
            LOG.log(
                Level.WARNING,
                "{0}: letter {1} of {2} still fails, the letters behind it are held: {3}",
                new Object[] {gate.consumer(), turn.letterId(), turn.stream(), why.error()}));
  }
}
