package org.accrual.relay.stream.source;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import java.sql.SQLException;
import java.util.Optional;
import org.accrual.relay.stream.outbox.Position;

/**
 * Adds three rules to Debezium's replication connection, and listens for the ends of transactions.
 *
 * <p>Once the server has granted the slot, and before anything is read from it, the owner is told:
 * it fences its predecessor and reads the checkpoint, in that order.
 *
 * <p>Streaming then begins at the checkpoint: the server itself leaves out every transaction under
 * it. So a row that comes is known to be new before its transaction's end is seen, and a large
 * transaction need not be held until then. The slot is let go for a moment in between; whoever
 * takes it then fences us, and we publish nothing more.
 *
 * <p>A slot is never created here: a new slot in place of a lost one would begin after what was
 * lost. (Debezium may still make one if ours is dropped after it was looked at; the owner then
 * finds it ahead of the checkpoint.)
 */
final class OwnedSlotConnection implements ReplicationConnection {
  private final ReplicationConnection connection;
  private final Owners.Owner owner;
  private final Runnable starting;
  private final Runnable passed;

  /**
   * @param starting called before a stream is given out
   * @param passed called when a transaction has gone through the stream, by the streaming thread
   */
  OwnedSlotConnection(
      ReplicationConnection connection, Owners.Owner owner, Runnable starting, Runnable passed) {
    this.connection = connection;
    this.owner = owner;
    this.starting = starting;
    this.passed = passed;
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
    starting.run();
    connection.reconnect();
    return new BoundaryStream(
        connection.startStreaming(Lsn.valueOf(checkpoint.lsn()), walPosition),
        owner::ended,
        passed,
        owner::foreignRow);
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
