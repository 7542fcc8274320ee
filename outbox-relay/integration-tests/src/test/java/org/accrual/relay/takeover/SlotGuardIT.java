package org.accrual.relay.takeover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.accrual.relay.RelayFixtures;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
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
