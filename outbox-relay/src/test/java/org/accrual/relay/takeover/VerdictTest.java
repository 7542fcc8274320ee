package org.accrual.relay.takeover;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.takeover.CheckpointFacts.LastRow;
import org.accrual.relay.takeover.SlotFacts.Slot;
import org.accrual.relay.takeover.Verdict.Fit;
import org.accrual.relay.takeover.Verdict.Unfit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final long FLUSHED = 1_000;
  private static final Slot SLOT = new Slot("pgoutput", "accrual", Optional.empty(), false, 100);

  @Test
  void aSlotBehindTheCheckpointOrAtItIsOnlyARestart() {
    assertThat(judge(facts(SLOT), checkpoint(100))).isEqualTo(new Fit(Position.at(100), false));
    assertThat(judge(facts(SLOT), checkpoint(101))).isEqualTo(new Fit(Position.at(101), false));
  }

  @Test
  void aSlotAheadOfTheCheckpointHasLostRecords() {
    assertThat(reason(judge(facts(SLOT), checkpoint(99))))
        .isEqualTo(Reason.SLOT_AHEAD_OF_CHECKPOINT);
  }

  @Test
  void aCheckpointAboveTheEndOfTheWalIsOfADatabaseThatWasPutBack() {
    assertThat(judge(facts(SLOT), checkpoint(FLUSHED))).isInstanceOf(Fit.class);
    assertThat(reason(judge(facts(SLOT), checkpoint(FLUSHED + 1))))
        .isEqualTo(Reason.CHECKPOINT_AHEAD_OF_DATABASE);
    assertThat(reason(judge(facts(SLOT), checkpoint(-1))))
        .isEqualTo(Reason.CHECKPOINT_AHEAD_OF_DATABASE);
  }

  @Test
  @DisplayName("A database without the last published row was put back, however far its WAL is now")
  void aLostRowIsOfADatabaseThatWasPutBack() {
    Checkpoint checkpoint =
        new Checkpoint(new Origin("1", 1, "s", "p"), Position.at(100), Optional.of("id"));

    Refusal refusal =
        ((Unfit) judge(facts(SLOT), checkpoint, TimelineHistory.NONE, LastRow.LOST)).refusal();

    assertThat(refusal.reason()).isEqualTo(Reason.CHECKPOINT_AHEAD_OF_DATABASE);
    assertThat(refusal.detail()).contains("record id");
    assertThat(judge(facts(SLOT), checkpoint, TimelineHistory.NONE, LastRow.PRESENT))
        .isEqualTo(new Fit(Position.at(100), false));
  }

  @Test
  void theEndOfTheWalMeansNothingToACheckpointOfAnotherTimeline() {
    Checkpoint ahead = new Checkpoint(new Origin("1", 2, "s", "p"), Position.at(FLUSHED + 1));

    assertThat(reason(judge(facts(SLOT), ahead))).isEqualTo(Reason.OTHER_TIMELINE);
  }

  @Nested
  @DisplayName("Given a server on timeline 3, which left timeline 1 at 150 and timeline 2 at 200")
  class AfterFailovers {
    private static final TimelineHistory HISTORY = new TimelineHistory(Map.of(1, 150L, 2, 200L));

    @Test
    @DisplayName("when the checkpoint is at or under the fork, then it continues on timeline 3")
    void continues() {
      assertThat(judgeOn(2, Position.at(200))).isEqualTo(new Fit(Position.at(200), true));
      assertThat(judgeOn(1, Position.at(150))).isEqualTo(new Fit(Position.at(150), true));
    }

    @Test
    @DisplayName("when the checkpoint is above the fork, then the lost records are named")
    void refusesALostTail() {
      Refusal refusal = ((Unfit) judgeOn(1, Position.at(151))).refusal();

      assertThat(refusal.reason()).isEqualTo(Reason.OTHER_TIMELINE);
      assertThat(refusal.detail())
          .isEqualTo(
              "the server left timeline 1 at 0/96, the topics hold everything up to 0/97: records from in between were published and the database has lost them");
    }

    @Test
    @DisplayName("when a part of a transaction above the fork was published, then it refuses")
    void refusesAPartOfATransaction() {
      assertThat(reason(judgeOn(2, new Position(200, 1)))).isEqualTo(Reason.OTHER_TIMELINE);
    }

    @Test
    @DisplayName("when the database has the last row of that part, then it continues within it")
    void continuesATransaction() {
      Position inside = new Position(200, 1);

      assertThat(judgeOn(2, inside, LastRow.PRESENT)).isEqualTo(new Fit(inside, true));
    }

    @Test
    @DisplayName("when the checkpoint is of no earlier timeline of the server, then it refuses")
    void refusesAStranger() {
      assertThat(reason(judgeOn(4, Position.at(100)))).isEqualTo(Reason.OTHER_TIMELINE);
    }

    @Test
    @DisplayName("when the slot is ahead of the checkpoint, then it refuses")
    void refusesASlotAhead() {
      assertThat(reason(judgeOn(2, Position.at(99)))).isEqualTo(Reason.SLOT_AHEAD_OF_CHECKPOINT);
    }

    private Verdict judgeOn(int timeline, Position position) {
      return judgeOn(timeline, position, LastRow.UNKNOWN);
    }

    private Verdict judgeOn(int timeline, Position position, LastRow lastRow) {
      SlotFacts server = new SlotFacts("1", 3, "accrual", Optional.of(SLOT), "p", Optional.empty());
      return judge(
          server, new Checkpoint(new Origin("1", timeline, "s", "p"), position), HISTORY, lastRow);
    }
  }

  @Test
  void theFirstRunBeginsWhereTheSlotDoes() {
    assertThat(Verdict.withoutCheckpoint(facts(SLOT), "s", false))
        .isEqualTo(new Fit(Position.at(100), true));
  }

  @Test
  void noCheckpointAndRecordsThatTheSlotWillNeverTellIsALossOfTheCheckpoint() {
    assertThat(reason(Verdict.withoutCheckpoint(facts(SLOT), "s", true)))
        .isEqualTo(Reason.CHECKPOINT_MISSING);
  }

  @Test
  void positionsOfAnotherClusterOrTimelineMeanNothing() {
    Position position = Position.at(100);
    Checkpoint ofAnotherCluster = new Checkpoint(new Origin("2", 1, "s", "p"), position);

    assertThat(reason(judge(facts(SLOT), ofAnotherCluster))).isEqualTo(Reason.OTHER_CLUSTER);
    assertThat(Verdict.otherCluster(facts(SLOT), ofAnotherCluster).orElseThrow().remedy())
        .contains("recover --replaces 2,");
    assertThat(Verdict.otherCluster(facts(SLOT), checkpoint(100))).isEmpty();
    assertThat(reason(judge(facts(SLOT), new Checkpoint(new Origin("1", 2, "s", "p"), position))))
        .isEqualTo(Reason.OTHER_TIMELINE);
  }

  @Test
  void aPublicationThatWasChangedSinceTheCheckpointMayHaveMissedRows() {
    Checkpoint checkpoint = new Checkpoint(new Origin("1", 1, "s", "earlier"), Position.at(100));

    assertThat(reason(judge(facts(SLOT), checkpoint))).isEqualTo(Reason.PUBLICATION_CHANGED);
  }

  @Test
  void refusesAMissingLostOrForeignSlotBeforeItIsAcquired() {
    SlotFacts none = new SlotFacts("1", 1, "accrual", Optional.empty(), "p", Optional.empty());
    Slot lost = new Slot("pgoutput", "accrual", Optional.of("wal_removed"), false, 100);
    Slot otherPlugin = new Slot("test_decoding", "accrual", Optional.empty(), false, 100);
    Slot otherDatabase = new Slot("pgoutput", "other", Optional.empty(), false, 100);

    assertThat(early(none)).isEqualTo(Reason.SLOT_MISSING);
    assertThat(early(facts(lost))).isEqualTo(Reason.SLOT_LOST);
    assertThat(early(facts(otherPlugin))).isEqualTo(Reason.SLOT_UNFIT);
    assertThat(early(facts(otherDatabase))).isEqualTo(Reason.SLOT_UNFIT);
    assertThat(Verdict.beforeAcquiring(facts(SLOT), "s")).isEmpty();
  }

  @Test
  void refusesAPublicationThatTellsOtherThings() {
    SlotFacts facts =
        new SlotFacts("1", 1, "accrual", Optional.of(SLOT), "p", Optional.of("it sends all"));

    assertThat(early(facts)).isEqualTo(Reason.PUBLICATION_UNFIT);
  }

  private static SlotFacts facts(Slot slot) {
    return new SlotFacts("1", 1, "accrual", Optional.of(slot), "p", Optional.empty());
  }

  private static Checkpoint checkpoint(long lsn) {
    return new Checkpoint(new Origin("1", 1, "s", "p"), Position.at(lsn));
  }

  private static Verdict judge(SlotFacts facts, Checkpoint checkpoint) {
    return judge(facts, checkpoint, TimelineHistory.NONE);
  }

  private static Verdict judge(SlotFacts facts, Checkpoint checkpoint, TimelineHistory history) {
    return judge(facts, checkpoint, history, LastRow.UNKNOWN);
  }

  private static Verdict judge(
      SlotFacts facts, Checkpoint checkpoint, TimelineHistory history, LastRow lastRow) {
    return Verdict.byCheckpoint(
        facts, "s", checkpoint, new CheckpointFacts(FLUSHED, history, lastRow));
  }

  private static Reason early(SlotFacts facts) {
    return Verdict.beforeAcquiring(facts, "s").orElseThrow().reason();
  }

  private static Reason reason(Verdict verdict) {
    return ((Unfit) verdict).refusal().reason();
  }
}
