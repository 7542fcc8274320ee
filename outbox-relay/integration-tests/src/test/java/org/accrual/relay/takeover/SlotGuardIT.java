package org.accrual.relay.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.relay.RelayFixtures;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.takeover.CheckpointFacts.LastRow;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SlotGuardIT {
  private final RelayFixtures fixtures = new RelayFixtures();
  private final SlotGuard guard = new SlotGuard(fixtures.database, fixtures.slot, "accrual_outbox");

  SlotGuardIT() throws Exception {}

  @AfterEach
  void close() throws Exception {
    fixtures.close();
  }

  /** It may hold days of messages: a relay that waits looks twice a second. */
  @Test
  void withACheckpointTheOutboxIsNotRead() throws Exception {
    fixtures.createSlot();
    fixtures.sql("alter role accrual_relay login");
    fixtures.sql("revoke select on outbox.message from accrual_relay");
    SlotGuard unable =
        new SlotGuard(
            new DatabaseSettings(fixtures.database.url(), "accrual_relay", ""),
            fixtures.slot,
            "accrual_outbox");

    SlotFacts facts = unable.look();
    Origin here =
        new Origin(
            facts.systemIdentifier(), facts.timeline(), fixtures.slot, facts.publicationVersion());
    Position confirmed = Position.at(facts.slot().orElseThrow().confirmed());

    assertThat(unable.judge(facts, Optional.of(new Checkpoint(here, confirmed))))
        .isEqualTo(new Verdict.Fit(confirmed, false));
    assertThatThrownBy(() -> unable.judge(facts, Optional.empty()))
        .hasMessageContaining("permission denied");
  }

  @Test
  @DisplayName("A row that is absent counts as lost only if neither retention nor time explains it")
  void looksForTheLastRow() throws Exception {
    String present = fixtures.commit("k").getFirst();
    assertThat(lastRow(present)).isEqualTo(LastRow.PRESENT);
    assertThat(lastRow(UUID.randomUUID().toString()))
        .as("an id that has no time")
        .isEqualTo(LastRow.UNKNOWN);
    fixtures.sql("select outbox.create_partitions(0, current_date - 1)");
    assertThat(lastRow(fixtures.query("select uuidv7()"))).isEqualTo(LastRow.LOST);
    assertThat(lastRow(fixtures.query("select uuidv7(interval '-3 days')")))
        .as("its partition was dropped")
        .isEqualTo(LastRow.UNKNOWN);
  }

  @Test
  @DisplayName("A row may be published before it is visible, so its writers are waited for")
  void waitsForWriters() throws Exception {
    String absent = fixtures.query("select uuidv7()");
    fixtures.insert("k");

    assertThat(lastRow(absent)).isEqualTo(LastRow.UNKNOWN);
  }

  @Test
  @DisplayName("A change of the publication is seen before it is visible, and not if rolled back")
  void seesAPendingChange() throws Exception {
    String version = guard.look().publicationVersion();
    for (String change :
        List.of(
            "drop publication accrual_outbox",
            "alter publication accrual_outbox set (publish = 'update')",
            "alter publication accrual_outbox set table outbox.message where (type <> 'x')")) {
      fixtures.sql("begin");
      fixtures.sql(change);
      assertThat(guard.look().publicationVersion()).as(change).isEqualTo(version + "!");
      fixtures.sql("rollback");
      assertThat(guard.look().publicationVersion()).as("rolled back").isEqualTo(version);
    }
  }

  private LastRow lastRow(String id) throws Exception {
    Checkpoint checkpoint =
        new Checkpoint(new Origin("1", 1, fixtures.slot, "p"), Position.at(1), Optional.of(id));
    return new CheckpointQueries(fixtures.database, Duration.ofMillis(200))
        .facts(checkpoint, 1)
        .lastRow();
  }

  @Test
  void withoutACheckpointARowFromBeforeTheSlotIsLost() throws Exception {
    fixtures.commit("k");
    fixtures.createSlot();

    assertThat(guard.judge(guard.look(), Optional.empty()))
        .isInstanceOfSatisfying(
            Verdict.Unfit.class,
            unfit -> assertThat(unfit.refusal().reason()).isEqualTo(Reason.CHECKPOINT_MISSING));
  }

  @Test
  void withoutACheckpointTheFirstRunBeginsWhereTheSlotDoes() throws Exception {
    fixtures.createSlot();
    fixtures.commit("k");

    SlotFacts facts = guard.look();

    assertThat(guard.judge(facts, Optional.empty()))
        .isEqualTo(new Verdict.Fit(Position.at(facts.slot().orElseThrow().confirmed()), true));
  }
}
