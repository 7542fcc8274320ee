package org.accrual.relay.stream.source;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import io.debezium.jdbc.JdbcConnection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Supplier;
import org.accrual.relay.stream.outbox.Position;
import org.jspecify.annotations.Nullable;

/**
 * Adds three rules to Debezium's replication connection.
 *
 * <p>Once the server has granted the slot, and before anything is read from it, the owner fences
 * its predecessor and reads the checkpoint, in that order.
 *
 * <p>Streaming then begins at the checkpoint: the server itself leaves out every transaction up to
 * it. So each row is known to be new before its transaction's end is seen, and a large transaction
 * need not be held until then. The slot is released for a moment in between; a relay that acquires
 * it in that moment fences us, and we publish nothing more.
 *
 * <p>A slot is never created here: a new slot in place of a lost one would begin after the records
 * that were lost. (Debezium may still create one if ours is dropped after it was checked; the owner
 * then finds it ahead of the checkpoint.)
 */
final class OwnedSlotConnection implements ReplicationConnection {
  private final ReplicationConnection connection;
  private final Owner owner;
  private final Supplier<@Nullable Object> description;

  /**
   * Wraps a connection.
   *
   * @param description returns Debezium's description of the outbox
   */
  OwnedSlotConnection(
      ReplicationConnection connection, Owner owner, Supplier<@Nullable Object> description) {
    this.connection = connection;
    this.owner = owner;
    this.description = description;
  }

  @Override
  public ReplicationStream startStreaming(WalPositionLocator walPosition)
      throws SQLException, InterruptedException {
    connection.startStreaming(walPosition);
    return fromCheckpoint(walPosition);
  }

  @Override
  public ReplicationStream startStreaming(Lsn offset, WalPositionLocator walPosition)
      throws SQLException, InterruptedException {
    connection.startStreaming(offset, walPosition);
    return fromCheckpoint(walPosition);
  }

  private ReplicationStream fromCheckpoint(WalPositionLocator walPosition)
      throws SQLException, InterruptedException {
    Position checkpoint = owner.slotAcquired();
    connection.reconnect();
    ReplicationStream stream =
        connection.startStreaming(Lsn.valueOf(checkpoint.lsn()), walPosition);
    if (connection instanceof JdbcConnection jdbc) {
      // The driver takes a timeout inside a message for the absence of one, and would continue in
      // the middle of it. StreamWatch ends a relay that waits here forever.
      jdbc.connection().setNetworkTimeout(Runnable::run, 0);
    }
    return owner.streaming(stream, description);
  }

  @Override
  public Optional<SlotCreationResult> createReplicationSlot() {
    throw new DebeziumException("the replication slot is gone; it is not created here");
  }

  @Override
  public void initConnection() throws SQLException, InterruptedException {
    connection.initConnection();
  }

  @Override
  public boolean isConnected() throws SQLException {
    return connection.isConnected();
  }

  @Override
  public void reconnect() throws SQLException {
    connection.reconnect();
  }

  @Override
  public void close() throws Exception {
    connection.close();
  }
}
