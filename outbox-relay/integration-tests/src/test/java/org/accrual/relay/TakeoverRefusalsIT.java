package org.accrual.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Optional;
import org.accrual.contract.Topics;
import org.accrual.relay.recovery.Outcome;
import org.accrual.relay.recovery.RecoverCommand;
import org.accrual.relay.recovery.RecoverOptions;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.stream.encoding.SchemaIds;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.sink.Publisher;
import org.accrual.relay.stream.sink.RejectedTable;
import org.accrual.relay.takeover.SlotFacts;
import org.accrual.relay.takeover.SlotGuard;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The relay has acquired its slot, and the checkpoint on Kafka does not fit the database. */
class TakeoverRefusalsIT {
  private final RelayFixtures fixtures = new RelayFixtures();
  private final RelayRun relay = new RelayRun(fixtures);
  private final Publisher publisher =
      Publisher.of(
          fixtures.settings().sink(),
          new SchemaIds(new SchemaRegistry(RelayFixtures.REGISTRY)),
          new RejectedTable(fixtures.database));

  TakeoverRefusalsIT() throws Exception {}

  @AfterEach
  void close() throws Exception {
    relay.close();
    publisher.close();
    fixtures.close();
  }

  @Test
  @DisplayName(
      "A checkpoint above the end of the database's WAL is refused, and a new row is not skipped")
  void refusesACheckpointAheadOfTheDatabase() throws Exception {
    fixtures.createSlot();
    // The database was put back to a snapshot of its storage, which knew nothing of this
    // checkpoint.
    publisher.fence();
    publisher.publish(List.of(), new Checkpoint(here(), Position.at(Long.MAX_VALUE)));
    fixtures.commit("k");

    relay.start();

    assertThat(relay.awaitRefused(Reason.CHECKPOINT_AHEAD_OF_DATABASE).remedy())
        .contains("recover");
  }

  @Test
  @DisplayName(
      "A database that lacks the last published row is refused, though its WAL has passed the checkpoint")
  void refusesADatabaseThatLacksTheLastRow() throws Exception {
    fixtures.createSlot();
    String lost = fixtures.query("select uuidv7()");
    publisher.fence();
    publisher.publish(
        List.of(), new Checkpoint(here(), Position.at(confirmed()), Optional.of(lost)));
    fixtures.commit("k");

    relay.start();

    assertThat(relay.awaitRefused(Reason.CHECKPOINT_AHEAD_OF_DATABASE).detail()).contains(lost);
  }

  @Test
  @DisplayName("Each checkpoint names the last published row, also after a restart and heartbeats")
  void checkpointsNameTheLastRow() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    List<String> ids = fixtures.commit("k", "k");
    relay.awaitRelayed(ids);
    awaitCheckpointsOf(ids.getLast());
    relay.stop();
    int before = fixtures.checkpoints().size();

    relay.startStreaming();

    await().atMost(RelayRun.LIMIT).until(() -> fixtures.checkpoints().size() > before);
    awaitCheckpointsOf(ids.getLast());
  }

  /** Waits until the last two checkpoints name a row: at least the second is of a heartbeat. */
  private void awaitCheckpointsOf(String id) {
    await()
        .atMost(RelayRun.LIMIT)
        .untilAsserted(
            () ->
                assertThat(fixtures.checkpoints().reversed().stream().limit(2))
                    .hasSize(2)
                    .allMatch(checkpoint -> checkpoint.contains(id)));
  }

  private long confirmed() throws Exception {
    return guard().look().slot().orElseThrow().confirmed();
  }

  @Test
  @DisplayName("The relay of another cluster, with the same slot name and Kafka, is not fenced")
  void doesNotFenceTheRelayOfAnotherCluster() throws Exception {
    Origin other = new Origin("4711", 1, fixtures.slot, "p");
    publisher.fence();
    publisher.publish(List.of(), new Checkpoint(other, Position.at(1)));
    fixtures.createSlot();

    relay.start();

    assertThat(relay.awaitRefused(Reason.OTHER_CLUSTER).detail()).contains("4711");
    publisher.publish(List.of(), new Checkpoint(other, Position.at(2)));
    await().atMost(RelayRun.LIMIT).until(() -> fixtures.checkpoints().size() == 2);
    assertThat(fixtures.checkpoints()).last().asString().contains("\"lsn\":\"0/2\"");
  }

  @Test
  @DisplayName("recover overwrites the checkpoint of another cluster only if that cluster is named")
  void recoversFromAnotherClusterOnlyByItsName() throws Exception {
    publisher.fence();
    publisher.publish(
        List.of(), new Checkpoint(new Origin("4711", 1, fixtures.slot, "p"), Position.at(1)));
    fixtures.sql("insert into ops.relay (slot) values ('%s')".formatted(fixtures.slot));

    Outcome refused = recover(Optional.empty());
    assertThat(refused.exitCode()).isEqualTo(Outcome.REFUSED);
    assertThat(refused.lines().getFirst())
        .contains("cluster 4711")
        .endsWith("recover --replaces 4711");
    assertThat(recover(Optional.of("4712")).exitCode()).isEqualTo(Outcome.REFUSED);
    publisher.publish(
        List.of(), new Checkpoint(new Origin("4711", 1, fixtures.slot, "p"), Position.at(2)));

    assertThat(recover(Optional.of("4711")).exitCode()).isZero();
    relay.startStreaming();
    relay.awaitRelayed(fixtures.commit("k"));
  }

  private Outcome recover(Optional<String> replaced) throws Exception {
    return new RecoverCommand(fixtures.settings(), new RecoverOptions(false, false, replaced))
        .run();
  }

  @Test
  @DisplayName("A checkpoint that this version cannot read is refused")
  void refusesAnUnreadableCheckpointException() throws Exception {
    fixtures.createSlot();
    try (Producer<byte[], byte[]> later = Publisher.producer(fixtures.settings().sink())) {
      later.initTransactions();
      later.beginTransaction();
      later
          .send(
              new ProducerRecord<>(
                  Topics.relayCheckpoint(fixtures.slot),
                  0,
                  fixtures.slot.getBytes(UTF_8),
                  "{}".getBytes(UTF_8)))
          .get();
      later.commitTransaction();
    }

    relay.start();

    assertThat(relay.awaitRefused(Reason.CHECKPOINT_UNREADABLE).detail()).contains("{}");
  }

  private SlotGuard guard() {
    return new SlotGuard(fixtures.database, fixtures.slot, "accrual_outbox");
  }

  private Origin here() throws Exception {
    SlotFacts facts = guard().look();
    return new Origin(
        facts.systemIdentifier(), facts.timeline(), fixtures.slot, facts.publicationVersion());
  }
}
