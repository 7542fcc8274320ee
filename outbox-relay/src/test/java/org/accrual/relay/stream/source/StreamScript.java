package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.PostgresStreamingChangeEventSource.PgConnectionSupplier;
import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.connection.AbstractReplicationMessageColumn;
import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Column;
import io.debezium.connector.postgresql.connection.ReplicationMessage.NoopMessage;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.TransactionMessage;
import io.debezium.connector.postgresql.connection.pgoutput.PgOutputReplicationMessage;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** A replication stream of Debezium's messages, in the order in which a test adds them. */
final class StreamScript implements ReplicationStream {
  private static final long TRANSACTION = 7;

  private record Step(ReplicationMessage message, long at) {}

  private final Deque<Step> steps = new ArrayDeque<>();
  private Lsn received = Lsn.valueOf(0L);

  StreamScript begin(long at) {
    return add(new TransactionMessage(Operation.BEGIN, TRANSACTION, Instant.EPOCH), at);
  }

  StreamScript insert(String id, long at) {
    return add(change(Operation.INSERT, columns(id)), at);
  }

  StreamScript update(long at) {
    return add(change(Operation.UPDATE, columns("x")), at);
  }

  StreamScript rowOfAnotherTable(long at) {
    return add(new NoopMessage(TRANSACTION, Instant.EPOCH, Operation.INSERT), at);
  }

  StreamScript commit(long at) {
    return add(new TransactionMessage(Operation.COMMIT, TRANSACTION, Instant.EPOCH), at);
  }

  StreamScript message(boolean transactional, String prefix, String content, long at) {
    return add(
        new LogicalDecodingMessage(
            Operation.MESSAGE,
            Instant.EPOCH,
            TRANSACTION,
            transactional,
            prefix,
            content.getBytes(StandardCharsets.UTF_8)),
        at);
  }

  private StreamScript add(ReplicationMessage message, long at) {
    steps.add(new Step(message, at));
    return this;
  }

  private static ReplicationMessage change(Operation operation, List<Column> columns) {
    return new PgOutputReplicationMessage(
        operation, "\"outbox\".\"message\"", Instant.EPOCH, TRANSACTION, null, columns);
  }

  /** Returns the columns of an outbox row as Debezium decodes them. */
  static List<Column> columns(@Nullable String id) {
    return List.of(
        new Value("id", id),
        new Value("aggregatetype", "study.events"),
        new Value("aggregateid", "S1"),
        new Value("type", "t.v1"),
        new Value("payload", "\\x01fF"),
        new Value("headers", "{}"),
        new Value("created_at", "2026-11-24 12:00:00.000001+00"));
  }

  private static final class Value extends AbstractReplicationMessageColumn {
    private final @Nullable String value;

    Value(String name, @Nullable String value) {
      super(name, PostgresType.UNKNOWN, "", false);
      this.value = value;
    }

    @Override
    public @Nullable Object getValue(PgConnectionSupplier connection, boolean unknownTypes) {
      return value;
    }
  }

  @Override
  public void read(ReplicationMessageProcessor processor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean readPending(ReplicationMessageProcessor processor)
      throws SQLException, InterruptedException {
    Step step = steps.poll();
    if (step == null) {
      return false;
    }
    received = Lsn.valueOf(step.at());
    processor.process(step.message());
    return true;
  }

  @Override
  public void flushLsn(Lsn lsn) {}

  @Override
  public Lsn lastReceivedLsn() {
    return received;
  }

  @Override
  public Lsn startLsn() {
    return received;
  }

  @Override
  public void startKeepAlive(ExecutorService service) {}

  @Override
  public void stopKeepAlive() {}

  @Override
  public void close() {}
}
