package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.accrual.contract.Topics;
import org.accrual.relay.checkpoint.OpenTransaction;
import org.accrual.relay.state.RelayState;
import org.accrual.relay.state.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The relay of another slot died and left its transaction open on its checkpoint's topic. */
class OpenTransactionIT {
  private static final Duration HELD = Duration.ofSeconds(3);

  private final RelayFixtures fixtures = new RelayFixtures();
  private final RelayRun relay = new RelayRun(fixtures);

  OpenTransactionIT() throws Exception {}

  @AfterEach
  void close() throws Exception {
    relay.close();
    fixtures.close();
  }

  @Test
  @DisplayName(
      "A transaction open on another slot's checkpoint topic makes a restarted relay neither wait nor repeat")
  void neitherWaitsNorRepeats() throws Exception {
    fixtures.createSlot();
    String behind = fixtures.slot + "_behind";
    copySlot(fixtures.slot, behind);
    relay.startStreaming();
    try (OpenTransaction _ = new OpenTransaction(Topics.RELAY_CHECKPOINT)) {
      List<String> ids = new ArrayList<>(fixtures.commit("k", "k"));
      relay.awaitRelayed(ids);
      relay.stop();
      // The relay is killed after its commit to Kafka and before it confirms that to PostgreSQL.
      fixtures.sql("select pg_drop_replication_slot('%s')".formatted(fixtures.slot));
      copySlot(behind, fixtures.slot);
      ids.addAll(fixtures.commit("k"));

      relay.startStreaming();

      relay.awaitRelayed(ids);
      assertThat(relay.waiting()).isEmpty();
      assertThat(relay.failures).isEmpty();
    }
  }

  @Test
  @DisplayName("A restarted relay whose slot has reached its checkpoint does not refuse")
  void doesNotRefuse() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    try (OpenTransaction other = new OpenTransaction(Topics.relayCheckpoint(fixtures.slot))) {
      List<String> ids = new ArrayList<>(fixtures.commit("k"));
      relay.awaitRelayed(ids);
      relay.stop();

      relay.start();

      awaitWaiting();
      other.abort();
      relay.awaitStreaming();
      ids.addAll(fixtures.commit("k"));
      relay.awaitRelayed(ids);
      assertThat(relay.waiting()).isEmpty();
      assertThat(relay.failures).isEmpty();
    }
  }

  private void awaitWaiting() {
    await()
        .during(HELD)
        .atMost(HELD.multipliedBy(3))
        .until(() -> relay.state() == RelayState.RECOVERING);
    assertThat(relay.waiting().map(Wait::reason)).contains(Wait.Reason.TRANSACTION_OPEN);
  }

  private void copySlot(String from, String to) throws Exception {
    fixtures.query("select pg_copy_logical_replication_slot('%s', '%s')".formatted(from, to));
  }
}
