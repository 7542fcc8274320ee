package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import org.accrual.relay.stream.outbox.StreamMismatch;
import org.junit.jupiter.api.Test;

/** What Debezium is given, and what the source is told, in which order. */
class BoundaryStreamTest {
  private final Scripted script = new Scripted();
  private final List<String> seen = new ArrayList<>();
  private final BoundaryStream stream =
      new BoundaryStream(
          script,
          boundary ->
              seen.add(
                  "ended %d rows=%d at %d"
                      .formatted(boundary.transaction(), boundary.rows(), boundary.end())),
          () -> seen.add("passed"),
          () -> seen.add("foreign row"));

  @Test
  void anEndIsToldBeforeTheLastRowGoesOn() throws Exception {
    script.add(Operation.BEGIN, 10).add(Operation.INSERT, 11).add(Operation.INSERT, 12);
    script.add(Operation.COMMIT, 20);

    readAll();

    assertThat(seen)
        .containsExactly(
            "BEGIN at 10",
            "INSERT at 11",
            "ended 7 rows=2 at 20",
            "INSERT at 12",
            "COMMIT at 20",
            "passed");
  }

  @Test
  void aRowIsHeldUntilTheNextMessage() throws Exception {
    script.add(Operation.BEGIN, 10).add(Operation.INSERT, 11);

    readAll();

    assertThat(seen).containsExactly("BEGIN at 10");
  }

  @Test
  void rowsThatShareAPlaceAreCounted() throws Exception {
    script.add(Operation.BEGIN, 10).add(Operation.INSERT, 11).add(Operation.INSERT, 11);
    script.add(Operation.INSERT, 11).add(Operation.COMMIT, 20);

    readAll();

    assertThat(seen).contains("ended 7 rows=3 at 20").filteredOn("INSERT at 11"::equals).hasSize(3);
  }

  @Test
  void aTransactionWithoutRowsHasNoEnd() throws Exception {
    script.add(Operation.BEGIN, 10).add(Operation.INSERT, 11).add(Operation.COMMIT, 20);
    script.add(Operation.BEGIN, 30).addInTransaction(31).add(Operation.COMMIT, 40);
    script.add(Operation.MESSAGE, 50);

    readAll();

    assertThat(seen)
        .containsExactly(
            "BEGIN at 10",
            "ended 7 rows=1 at 20",
            "INSERT at 11",
            "COMMIT at 20",
            "passed",
            "BEGIN at 30",
            "COMMIT at 40",
            "passed",
            "MESSAGE at 50");
  }

  @Test
  void aMessageOfAnotherApplicationInATransactionIsDropped() throws Exception {
    script.add(Operation.BEGIN, 10).addInTransaction(11).add(Operation.INSERT, 12);
    script.addInTransaction(13).add(Operation.COMMIT, 20);

    readAll();

    assertThat(seen)
        .containsExactly(
            "BEGIN at 10", "ended 7 rows=1 at 20", "INSERT at 12", "COMMIT at 20", "passed");
  }

  @Test
  void aRowOfAnotherTableEndsTheStream() {
    script.add(Operation.BEGIN, 10).addSkipped(11);

    assertThatThrownBy(this::readAll).isInstanceOf(StreamMismatch.class);
    assertThat(seen).containsExactly("BEGIN at 10", "foreign row");
  }

  private void readAll() throws Exception {
    while (stream.readPending(
        message -> seen.add(message.getOperation() + " at " + stream.lastReceivedLsn().asLong()))) {
      // Everything that was scripted.
    }
  }

  private record Message(Operation operation, boolean isLast, boolean isSkipped)
      implements ReplicationMessage {
    @Override
    public Operation getOperation() {
      return operation;
    }

    @Override
    public Instant getCommitTime() {
      return Instant.EPOCH;
    }

    @Override
    public OptionalLong getTransactionId() {
      return OptionalLong.of(7);
    }

    @Override
    public String getTable() {
      return "outbox.message";
    }

    @Override
    public List<Column> getOldTupleList() {
      return List.of();
    }

    @Override
    public List<Column> getNewTupleList() {
      return List.of();
    }

    @Override
    public boolean isLastEventForLsn() {
      return isLast;
    }

    @Override
    public boolean isSkippedMessage() {
      return isSkipped;
    }
  }

  private static final class Scripted implements ReplicationStream {
    private record Step(Message message, long at) {}

    private final Deque<Step> steps = new ArrayDeque<>();
    private Lsn received = Lsn.valueOf(0L);

    Scripted add(Operation operation, long at) {
      steps.add(new Step(new Message(operation, true, false), at));
      return this;
    }

    Scripted addInTransaction(long at) {
      steps.add(new Step(new Message(Operation.MESSAGE, false, false), at));
      return this;
    }

    Scripted addSkipped(long at) {
      steps.add(new Step(new Message(Operation.INSERT, true, true), at));
      return this;
    }

    @Override
    public void read(ReplicationMessageProcessor processor) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean readPending(ReplicationMessageProcessor processor)
        throws java.sql.SQLException, InterruptedException {
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
}
