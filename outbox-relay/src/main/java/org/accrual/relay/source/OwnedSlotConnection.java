package org.accrual.relay.source;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Adds two rules to Debezium's replication connection. Once the server has granted the slot, and
 * before anything is read from it, the owner is told: it fences its predecessor and reads the mark
 * in that order. And a slot is never created here: a new slot in place of a lost one would begin
 * after what was lost.
 */
final class OwnedSlotConnection implements ReplicationConnection {
  private final ReplicationConnection connection;
  private final Acquisitions.Acquired acquired;

  OwnedSlotConnection(ReplicationConnection connection, Acquisitions.Acquired acquired) {
    this.connection = connection;
    this.acquired = acquired;
  }

  @Override
  public ReplicationStream startStreaming(WalPositionLocator walPosition)
      throws SQLException, InterruptedException {
    ReplicationStream stream = connection.startStreaming(walPosition);
    acquired.slotAcquired();
    return stream;
  }

  @Override
  public ReplicationStream startStreaming(Lsn offset, WalPositionLocator walPosition)
      throws SQLException, InterruptedException {
    ReplicationStream stream = connection.startStreaming(offset, walPosition);
    acquired.slotAcquired();
    return stream;
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
