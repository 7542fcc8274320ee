package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Column;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.accrual.relay.stream.outbox.StreamMismatchException;
import org.accrual.relay.stream.outbox.TransactionBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the outbox's rows, ends of transactions and heartbeats out of the stream as Debezium reads
 * and decodes it: as records of Debezium's own they would cost twice the work. Debezium itself sees
 * some of the ends of transactions, at which it checks whether a heartbeat is due.
 *
 * <p>Used by Debezium's streaming thread, apart from the methods that only delegate.
 */
final class OutboxStream implements ReplicationStream {
  /** Between two polls without a message Debezium checks for itself. */
  private static final int COMMITS_PER_HEARTBEAT_CHECK = 64;

  private final ReplicationStream stream;
  private final TransactionBuffer transactions;
  private final Receiver receiver;

  /** Another object after each description of the outbox that the server has sent. */
  private final Supplier<@Nullable Object> description;

  private @Nullable Object described;
  private @Nullable RowReader reader;
  private long commits;

  /**
   * Wraps a stream that begins at the checkpoint.
   *
   * @param description returns Debezium's description of the outbox, the same object as long as the
   *     server has not sent another
   * @param receiver which is asked at each new description and at each heartbeat whether the
   *     publication is still the one that was checked
   */
  OutboxStream(
      ReplicationStream stream,
      TransactionBuffer transactions,
      Supplier<@Nullable Object> description,
      Receiver receiver) {
    this.stream = stream;
    this.transactions = transactions;
    this.description = description;
    this.receiver = receiver;
  }

  @Override
  public void read(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    stream.read(message -> pass(message, processor));
  }

  @Override
  public boolean readPending(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    return stream.readPending(message -> pass(message, processor));
  }

  private void pass(ReplicationMessage message, ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    switch (message.getOperation()) {
      case INSERT -> row(message);
      case COMMIT -> {
        transactions.commit(
            message.getTransactionId().getAsLong(), lsn().asLong(), message.getCommitTime());
        if (++commits % COMMITS_PER_HEARTBEAT_CHECK == 0) {
          processor.process(message);
        }
      }
      case MESSAGE -> message((LogicalDecodingMessage) message);
      case BEGIN, ORIGIN, NOOP -> {}
      case UPDATE, DELETE, TRUNCATE -> throw receiver.foreignRow();
    }
  }

  @SuppressWarnings("ReferenceEquality") // an equal description is another one, too
  private void row(ReplicationMessage message) throws InterruptedException {
    if (message.isSkippedMessage()) {
      // Debezium skips rows of other tables: the outbox was renamed, or the publication extended.
      throw receiver.foreignRow();
    }
    List<Column> columns = message.getNewTupleList();
    Object now = description.get();
    RowReader current = reader;
    if (current == null || now != described) {
      // The server describes a table again before the first row after a change to it or to its
      // publication. If that change left rows out, this row must not be published.
      receiver.described();
      current = RowReader.of(columns);
      reader = current;
      described = now;
    }
    transactions.row(message.getTransactionId().getAsLong(), current.read(columns));
  }

  /** Takes the relay's own heartbeat; a message inside a transaction is another application's. */
  private void message(LogicalDecodingMessage message) throws InterruptedException {
    if (message.isLastEventForLsn() && message.getPrefix().equals(EngineProperties.HEARTBEAT)) {
      Optional<HeartbeatContent> heartbeat =
          HeartbeatContent.parse(new String(message.getContent(), StandardCharsets.UTF_8));
      if (heartbeat.isPresent()) {
        receiver.heartbeat(heartbeat.get().publicationVersion());
        transactions.idle(heartbeat.get().covered(), heartbeat.get().at());
      }
    }
  }

  private Lsn lsn() {
    Lsn lsn = stream.lastReceivedLsn();
    if (lsn == null) {
      throw new StreamMismatchException("a message came without its place in the WAL");
    }
    return lsn;
  }

  @Override
  public @Nullable Lsn lastReceivedLsn() {
    return stream.lastReceivedLsn();
  }

  @Override
  public void flushLsn(Lsn lsn) throws SQLException {
    stream.flushLsn(lsn);
  }

  @Override
  public Lsn startLsn() {
    return stream.startLsn();
  }

  @Override
  public void startKeepAlive(ExecutorService service) {
    stream.startKeepAlive(service);
  }

  @Override
  public void stopKeepAlive() {
    stream.stopKeepAlive();
  }

  @Override
  public void close() throws Exception {
    stream.close();
  }
}
