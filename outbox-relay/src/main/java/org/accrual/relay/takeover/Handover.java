package org.accrual.relay.takeover;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.relay.checkpoint.CheckpointTopic;
import org.accrual.relay.checkpoint.MissingTopicException;
import org.accrual.relay.checkpoint.UnreadableCheckpointException;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayRefusedException;
import org.accrual.relay.state.RelayState;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.stream.source.Receiver;
import org.accrual.runtime.liveness.Heartbeat;
import org.jspecify.annotations.Nullable;

/**
 * Takes over from a predecessor, then publishes each delivery. A takeover is safe because of its
 * order: it acquires the slot, fences the predecessor, reads the checkpoint and judges the slot by
 * it. It does not fence the relay of another PostgreSQL cluster, which uses the same slot name on
 * the same Kafka.
 */
public final class Handover implements Receiver {
  private static final Logger LOG = Logger.getLogger(Handover.class.getName());

  private final String slot;
  private final SlotGuard guard;
  private final CheckpointTopic checkpoints;
  private final PatientPublisher publisher;
  private final RelayLife life;
  private final Heartbeat heartbeat;

  /** Set when the slot is acquired, before anything is delivered. */
  private volatile @Nullable Origin origin;

  /** Id of the last row; from the checkpoint until the first row is delivered. */
  private volatile Optional<String> lastId = Optional.empty();

  public Handover(
      String slot,
      SlotGuard guard,
      CheckpointTopic checkpoints,
      PatientPublisher publisher,
      RelayLife life,
      Heartbeat heartbeat) {
    this.slot = slot;
    this.guard = guard;
    this.checkpoints = checkpoints;
    this.publisher = publisher;
    this.life = life;
    this.heartbeat = heartbeat;
  }

  @Override
  public Position slotAcquired() throws InterruptedException {
    life.enter(RelayState.RECOVERING);
    try {
      SlotFacts facts = guard.look();
      refuseOtherCluster(facts);
      publisher.fence();
      Optional<Checkpoint> newest = checkpoints.newest();
      lastId = newest.flatMap(Checkpoint::lastId);
      return switch (guard.judge(facts, newest)) {
        case Verdict.Unfit(Refusal refusal) -> throw refuse(refusal);
        case Verdict.Fit fit ->
            begin(
                new Origin(
                    facts.systemIdentifier(), facts.timeline(), slot, facts.publicationVersion()),
                fit);
      };
    } catch (SQLException e) {
      throw new IllegalStateException("the database did not answer about its slot", e);
    } catch (MissingTopicException e) {
      throw refuse(Refusal.topicMissing(String.valueOf(e.getMessage())));
    } catch (UnreadableCheckpointException e) {
      throw refuse(Refusal.checkpointUnreadable(String.valueOf(e.getMessage())));
    }
  }

  private void refuseOtherCluster(SlotFacts facts) {
    Optional<Checkpoint> visible = checkpoints.newestVisible();
    if (visible.isPresent() && Verdict.otherCluster(facts, visible.get()).isEmpty()) {
      // A newer checkpoint would be of this cluster too. Waiting for it would be waiting for the
      // predecessor's open transaction, which fencing ends at once.
      return;
    }
    Optional<Refusal> refusal =
        checkpoints.newest().flatMap(checkpoint -> Verdict.otherCluster(facts, checkpoint));
    if (refusal.isPresent()) {
      throw refuse(refusal.get());
    }
  }

  private Position begin(Origin here, Verdict.Fit fit) throws InterruptedException {
    origin = here;
    if (fit.write()) {
      // From now on a slot that has moved further than this is known to have lost records, and a
      // server that stayed on an earlier timeline is refused.
      var _ = publisher.publish(List.of(), new Checkpoint(here, fit.from(), lastId));
    }
    LOG.log(
        Level.INFO,
        "acquired slot {0}; publishing transactions above {1}{2}",
        new Object[] {
          slot,
          fit.from(),
          fit.write() ? ", the first checkpoint on timeline " + here.timeline() : ""
        });
    life.recovered(fit.from());
    life.enter(RelayState.STREAMING);
    return fit.from();
  }

  @Override
  public void polling() {
    heartbeat.beat();
  }

  @Override
  public void described() {
    try {
      heartbeat(guard.look().publicationVersion());
    } catch (SQLException e) {
      throw new IllegalStateException("the database did not answer about the publication", e);
    }
  }

  @Override
  public void heartbeat(String publicationVersion) {
    life.silence().end();
    if (!acquired().publicationVersion().equals(publicationVersion)) {
      throw refuse(Verdict.publicationChanged());
    }
  }

  @Override
  public RuntimeException foreignRow() {
    return refuse(Verdict.publicationChanged());
  }

  @Override
  public void deliver(Delivery delivery) throws InterruptedException {
    life.silence().deliver();
    try {
      if (!delivery.rows().isEmpty()) {
        lastId = Optional.of(delivery.rows().getLast().id());
      }
      Checkpoint checkpoint = new Checkpoint(acquired(), delivery.reached(), lastId);
      int rejected = publisher.publish(delivery.rows(), checkpoint);
      life.delivered(delivery, rejected);
    } catch (MissingTopicException e) {
      throw refuse(Refusal.topicMissing(String.valueOf(e.getMessage())));
    } finally {
      life.silence().end();
    }
  }

  private Origin acquired() {
    Origin here = origin;
    if (here == null) {
      throw new IllegalStateException("a delivery came before the slot was acquired");
    }
    return here;
  }

  private RelayRefusedException refuse(Refusal refusal) {
    life.enter(RelayState.REFUSED, Optional.of(refusal));
    return new RelayRefusedException(refusal);
  }
}
