package org.accrual.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Applies a batch: effects and the gate's new versions in one transaction, so that an event takes
 * effect exactly once in the database however often it arrives and whenever the process dies.
 */
public final class BatchTransaction {
  private final DataSource database;
  private final MessageDecoder decoder;
  private final GateTable gate;
  private final Effects effects;

  /**
   * @param database connections with autocommit off
   */
  public BatchTransaction(
      DataSource database, MessageDecoder decoder, GateTable gate, Effects effects) {
    this.database = database;
    this.decoder = decoder;
    this.gate = gate;
    this.effects = effects;
  }

  /**
   * Applies what is new of a batch and commits.
   *
   * @throws TransientFailure if the database cannot do it now
   * @throws BrokenBatch if it refuses
   * @throws org.accrual.runtime.registry.RegistryUnavailable if a schema is needed that is not
   *     known yet and the registry is away
   */
  public BatchResult apply(List<ConsumerRecord<byte[], byte[]>> records) {
    // Before the transaction: a slow registry must not hold locks.
    List<Decoded> batch = decoder.decode(records);
    try (Connection connection = database.getConnection()) {
      try {
        return apply(connection, batch);
      } catch (SQLException | RuntimeException failure) {
        rollback(connection, failure);
        throw failure;
      }
    } catch (SQLException failure) {
      throw SqlFailures.of(failure);
    }
  }

  private BatchResult apply(Connection connection, List<Decoded> batch) throws SQLException {
    Judgement judgement = VersionGate.judge(gate.read(connection, streams(batch)), batch);
    if (judgement.admitted().isEmpty()) {
      connection.rollback();
      return result(judgement);
    }
    // The gate first: whoever loses a race for a stream waits or fails here, before any effect.
    if (!judgement.advances().isEmpty()) {
      gate.advance(connection, judgement.advances());
    }
    effects.apply(connection, judgement.admitted());
    connection.commit();
    return result(judgement);
  }

  private static void rollback(Connection connection, Exception because) {
    try {
      connection.rollback();
    } catch (SQLException cutOff) {
      // The database rolls back what it has lost the connection of.
      because.addSuppressed(cutOff);
    }
  }

  private static Set<StreamKey> streams(List<Decoded> batch) {
    Set<StreamKey> streams = new HashSet<>();
    for (Decoded decoded : batch) {
      if (decoded instanceof Message message) {
        streams.add(message.stream());
      }
    }
    return streams;
  }

  private static BatchResult result(Judgement judgement) {
    Map<StreamKey, Long> reached = HashMap.newHashMap(judgement.advances().size());
    judgement.advances().forEach((stream, advance) -> reached.put(stream, advance.to()));
    return new BatchResult(
        judgement.admitted().size(),
        judgement.repeats(),
        new ArrayList<>(judgement.halts()),
        reached);
  }
}
