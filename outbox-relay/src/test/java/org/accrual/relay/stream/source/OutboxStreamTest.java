package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.DeliveryQueue;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.outbox.SliceLimits;
import org.accrual.relay.stream.outbox.TransactionBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The outbox stream")
class OutboxStreamTest {
  private final StreamScript script = new StreamScript();
  private final List<String> seen = new ArrayList<>();
  private final DeliveryQueue queue =
      new DeliveryQueue(100, 1_000_000, Duration.ZERO, InstantSource.fixed(Instant.EPOCH));
  private Object description = new Object();
  private final OutboxStream stream =
      new OutboxStream(
          script,
          new TransactionBuffer(Position.at(1), new SliceLimits(100, 1_000_000), queue),
          () -> description,
          new Recording());

  @Test
  @DisplayName("delivers the rows of a transaction with the place of its end")
  void rows() throws Exception {
    script.begin(10).insert("a", 11).insert("b", 11).insert("c", 12).commit(20);

    readAll();

    assertThat(take().orElseThrow())
        .returns(List.of("a", "b", "c"), OutboxStreamTest::ids)
        .returns(Position.at(20), Delivery::reached);
    assertThat(seen).containsExactly("described");
  }

  @Test
  @DisplayName("delivers nothing before the end of the transaction")
  void open() throws Exception {
    script.begin(10).insert("a", 11);

    readAll();

    assertThat(take()).isEmpty();
  }

  @Test
  @DisplayName("passes every 64th end of a transaction to Debezium, with rows or without")
  void debeziumsShare() throws Exception {
    for (int i = 1; i <= 128; i++) {
      script.begin(10 * i).message(true, "other", "x", 10 * i + 1).commit(10 * i + 5);
    }

    readAll();

    assertThat(seen).containsExactly("Debezium: COMMIT at 645", "Debezium: COMMIT at 1285");
    assertThat(take()).isEmpty();
  }

  @Test
  @DisplayName("checks the publication at each new description of the outbox")
  void describedAgain() throws Exception {
    script.begin(10).insert("a", 11).commit(20).begin(30).insert("b", 31).commit(40);
    readAll();
    description = new Object();
    script.begin(50).insert("c", 51).commit(60);
    readAll();

    assertThat(seen).filteredOn("described"::equals).hasSize(2);
    assertThat(ids(take().orElseThrow())).containsExactly("a", "b", "c");
  }

  @Test
  @DisplayName("delivers no row after a description that does not fit")
  void doesNotFit() throws Exception {
    script.begin(10).insert("refused", 11).commit(20);
    description = "changed";

    assertThatThrownBy(this::readAll).hasMessage("refused");
    assertThat(take()).isEmpty();
  }

  @Test
  @DisplayName(
      "takes the place that the relay's heartbeat vouches for, which is before the message")
  void heartbeat() throws Exception {
    script.message(false, "accrual.heartbeat", "v1 0/30 1000", 50);

    readAll();

    assertThat(seen).containsExactly("heartbeat v1");
    assertThat(take())
        .contains(new Delivery(List.of(), 0, Position.at(0x30), Instant.ofEpochSecond(1)));
  }

  @Test
  @DisplayName("drops messages of other applications")
  void otherMessages() throws Exception {
    script.message(false, "other", "v1 0/30 1000", 50).message(false, "accrual.heartbeat", "x", 51);
    script.begin(60).message(true, "accrual.heartbeat", "v1 0/30 1000", 61).insert("a", 62);
    script.message(true, "other", "", 63).commit(70);

    readAll();

    assertThat(seen).containsExactly("described");
    assertThat(take().orElseThrow().reached()).isEqualTo(Position.at(70));
  }

  @Test
  @DisplayName("refuses a row of another table, and a change that is not an insert")
  void otherChanges() {
    script.begin(10).rowOfAnotherTable(11);
    assertThatThrownBy(this::readAll).hasMessage("foreign row");

    script.begin(10).update(11);
    assertThatThrownBy(this::readAll).hasMessage("foreign row");
  }

  private void readAll() throws Exception {
    while (stream.readPending(
        message ->
            seen.add(
                "Debezium: %s at %d"
                    .formatted(message.getOperation(), script.lastReceivedLsn().asLong())))) {
      // Everything that was scripted.
    }
  }

  private Optional<Delivery> take() throws InterruptedException {
    return queue.take(Duration.ZERO);
  }

  private static List<String> ids(Delivery delivery) {
    return delivery.rows().stream().map(OutboxRow::id).toList();
  }

  private final class Recording implements Receiver {
    @Override
    public Position slotAcquired() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void polling() {}

    @Override
    public void described() {
      if (description.equals("changed")) {
        throw new IllegalStateException("refused");
      }
      seen.add("described");
    }

    @Override
    public void heartbeat(String publicationVersion) {
      seen.add("heartbeat " + publicationVersion);
    }

    @Override
    public RuntimeException foreignRow() {
      return new IllegalStateException("foreign row");
    }

    @Override
    public void deliver(Delivery delivery) {
      throw new UnsupportedOperationException();
    }
  }
}
