package org.accrual.intake;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.intake.BatchResult.Aside;
import org.accrual.intake.MessageDecoder.Decoding;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Applies a batch: effects, the gate's new versions, parked records and offsets in one transaction,
 * so that an event takes effect exactly once in the database however often it arrives and whenever
 * the process dies. A batch that fails because of what is in it is split until the event that fails
 * alone is found; that one is parked.
 */
public final class BatchTransaction {
  private static final Logger LOG = Logger.getLogger(BatchTransaction.class.getName());

  /** How often an event is tried alone before it is parked: it may have met another writer. */
  private static final int ATTEMPTS_ALONE = 3;

  private final DataSource database;
  private final MessageDecoder decoder;
  private final GateTable gate;
  private final Effects effects;
  private final DeadLetters deadLetters;
  private final Inbox inbox;
  private final Redriver redriver;
  private final boolean replay;

  /**
   * @param database connections with autocommit off
   */
  public BatchTransaction(
      DataSource database, MessageDecoder decoder, GateTable gate, Effects effects) {
    this(database, decoder, gate, effects, false);
  }

  /** The same for what happened long ago, as in a rebuild: its spans are linked and no children. */
  public static BatchTransaction replaying(
      DataSource database, MessageDecoder decoder, GateTable gate, Effects effects) {
    return new BatchTransaction(database, decoder, gate, effects, true);
  }

  private BatchTransaction(
      DataSource database,
      MessageDecoder decoder,
      GateTable gate,
      Effects effects,
      boolean replay) {
    this.replay = replay;
    this.database = database;
    this.decoder = decoder;
    this.gate = gate;
    this.effects = effects;
    this.deadLetters = new DeadLetters(gate);
    this.inbox = new Inbox(gate.consumer());
    this.redriver = new Redriver(database, decoder, gate, effects);
  }

  /**
   * Applies what is new of a batch and commits, in one transaction or, if something in it fails, in
   * several. Records whose schema this build does not know wait, with those after them in their
   * partition, while the registry is away; other partitions continue.
   *
   * @throws TransientFailure if the database cannot do it now
   * @throws BrokenConsumer if the consumer cannot work as it is
   */
  public BatchResult apply(List<ConsumerRecord<byte[], byte[]>> records) {
    // Before the transaction: a slow registry must not hold locks.
    Decoding decoding = decoder.decode(records);
    if (decoding.why() != null) {
      LOG.log(
          Level.WARNING,
          "{0}: {1} wait for the schema registry, other partitions continue: {2}",
          new Object[] {gate.consumer(), decoding.held().keySet(), decoding.why().getMessage()});
    }
    if (decoding.records().isEmpty()) {
      return new BatchResult(0, 0, 0, Map.of(), List.of()).holding(decoding.held());
    }
    BatchSpans spans = BatchSpans.begin(gate.consumer(), replay, decoding.decoded());
    try {
      BatchResult result = apply(decoding.records(), spans.batch());
      spans.end(result);
      return result.holding(decoding.held());
    } catch (RuntimeException failure) {
      spans.fail(failure);
      throw failure;
    }
  }

  /** See {@link Redriven#redrive}. */
  public Duration redrive() {
    return redriver.redrive();
  }

  private BatchResult apply(List<ConsumerRecord<byte[], byte[]>> records, List<Decoded> batch) {
    try {
      return inTransaction(connection -> apply(connection, records, batch));
    } catch (SQLException | RuntimeException failure) {
      return switch (FailureKind.of(failure)) {
        case TRANSIENT -> throw transientFailure(failure);
        case BROKEN -> throw new BrokenConsumer("the consumer cannot work as it is", failure);
        case POISON ->
            batch.size() == 1 ? alone(records, batch, failure) : inHalves(records, batch);
      };
    }
  }

  private BatchResult inHalves(List<ConsumerRecord<byte[], byte[]>> records, List<Decoded> batch) {
    int middle = batch.size() / 2;
    int end = batch.size();
    BatchResult before = apply(records.subList(0, middle), batch.subList(0, middle));
    return before.and(apply(records.subList(middle, end), batch.subList(middle, end)));
  }

  private BatchResult alone(
      List<ConsumerRecord<byte[], byte[]>> records, List<Decoded> one, Exception first) {
    Exception last = first;
    for (int attempt = 1; attempt < ATTEMPTS_ALONE; attempt++) {
      try {
        return inTransaction(connection -> apply(connection, records, one));
      } catch (SQLException | RuntimeException failure) {
        if (FailureKind.of(failure) != FailureKind.POISON) {
          throw failure instanceof RuntimeException as ? as : transientFailure(failure);
        }
        last = failure;
      }
    }
    return park(records, Park.poison(one.getFirst(), last, ATTEMPTS_ALONE));
  }

  private BatchResult park(List<ConsumerRecord<byte[], byte[]>> records, Park poison) {
    try {
      int parked =
          inTransaction(
              connection -> {
                deadLetters.read(
                    connection, Set.of(poison.record().stream()), List.of(poison.record()));
                OffsetTable.advance(connection, gate.consumer(), List.of(poison.record()));
                return park(connection, records, List.of(poison));
              });
      return new BatchResult(0, 1 - parked, parked, Map.of(), List.of(Aside.of(poison)));
    } catch (SQLException failure) {
      throw FailureKind.of(failure) == FailureKind.TRANSIENT
          ? transientFailure(failure)
          : new BrokenConsumer("a dead letter could not be written", failure);
    }
  }

  private BatchResult apply(
      Connection connection, List<ConsumerRecord<byte[], byte[]>> records, List<Decoded> batch)
      throws SQLException {
    Set<StreamKey> streams = streams(batch);
    // The dead letters first: a redrive of one of these streams has committed when the gate is
    // read.
    Known known = deadLetters.read(connection, streams, batch).with(inbox.taken(connection, batch));
    Judgement judgement = VersionGate.judge(gate.read(connection, streams), known, batch);
    // Gate and inbox before effects: a transaction that loses a race for a stream waits or fails
    // here.
    if (!judgement.advances().isEmpty()) {
      gate.advance(connection, judgement.advances());
    }
    inbox.add(connection, judgement.admitted());
    if (!judgement.admitted().isEmpty()) {
      effects.apply(connection, judgement.told());
    }
    OffsetTable.advance(connection, gate.consumer(), batch);
    int parked = park(connection, records, judgement.parks());
    deadLetters.goOn(connection, judgement.closed());
    return result(judgement, parked);
  }

  private int park(
      Connection connection, List<ConsumerRecord<byte[], byte[]>> records, List<Park> parks)
      throws SQLException {
    if (parks.isEmpty()) {
      return 0;
    }
    Map<Position, ConsumerRecord<byte[], byte[]>> byPosition = new HashMap<>();
    records.forEach(record -> byPosition.put(Position.of(record), record));
    int parked =
        deadLetters.park(
            connection,
            parks.stream()
                .map(park -> Letter.of(requireNonNull(byPosition.get(park.at())), park))
                .toList());
    for (Park park : parks) {
      if (park.cause() != Cause.BEHIND) {
        park.inItsConversation(() -> log(park));
      }
    }
    return parked;
  }

  private void log(Park park) {
    LOG.log(
        Level.SEVERE,
        "{0}: parked {1} of {2}; {3}. See ops.dead_letters; fix the cause, then redrive or discard: {4}",
        new Object[] {
          gate.consumer(),
          park.at(),
          park.record().stream(),
          park.isAlone() ? "others continue" : "later records of it wait, other streams continue",
          park.error()
        });
  }

  private <T> T inTransaction(Work<T> work) throws SQLException {
    try (Connection connection = database.getConnection()) {
      try {
        T result = work.in(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException failure) {
        rollback(connection, failure);
        throw failure;
      } catch (LinkageError broken) {
        throw new BrokenConsumer("a class does not load", broken);
      }
    }
  }

  private interface Work<T> {
    T in(Connection connection) throws SQLException;
  }

  private static void rollback(Connection connection, Exception because) {
    try {
      connection.rollback();
    } catch (SQLException cutOff) {
      // The database rolls back what it has lost the connection of.
      because.addSuppressed(cutOff);
    }
  }

  private static RuntimeException transientFailure(Exception failure) {
    return failure instanceof TransientFailure already
        ? already
        : new TransientFailure("the database cannot do it now", failure);
  }

  private static Set<StreamKey> streams(List<Decoded> batch) {
    Set<StreamKey> streams = new HashSet<>();
    batch.forEach(record -> streams.add(record.stream()));
    return streams;
  }

  private static List<Aside> aside(Judgement judgement) {
    if (judgement.repeated().isEmpty() && judgement.parks().isEmpty()) {
      return List.of();
    }
    List<Aside> aside = new ArrayList<>(judgement.repeats() + judgement.parks().size());
    judgement.repeated().forEach(at -> aside.add(Aside.repeat(at)));
    judgement.parks().forEach(park -> aside.add(Aside.of(park)));
    return aside;
  }

  private static BatchResult result(Judgement judgement, int parked) {
    Map<StreamKey, Long> reached = HashMap.newHashMap(judgement.advances().size());
    judgement.advances().forEach((stream, advance) -> reached.put(stream, advance.to()));
    return new BatchResult(
        judgement.admitted().size(),
        judgement.repeats() + judgement.parks().size() - parked,
        parked,
        reached,
        aside(judgement));
  }
}
