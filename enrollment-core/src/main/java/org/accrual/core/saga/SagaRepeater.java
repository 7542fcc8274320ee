package org.accrual.core.saga;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.core.application.SagaRepetitions;
import org.accrual.core.application.SagaStore;
import org.accrual.core.application.SagaStore.Due;
import org.accrual.core.application.StoreUnavailable;
import org.accrual.core.domain.saga.SagaTiming;
import org.accrual.core.eventstore.Database;

/**
 * Repeats the commands of a batch of runs that are due, or gives up a batch that has expired, in
 * one transaction. If that fails, each run is tried in a transaction of its own, and one that fails
 * again is set aside: it holds up no other.
 */
public final class SagaRepeater {
  private static final Logger LOG = Logger.getLogger(SagaRepeater.class.getName());

  /** More than a transaction takes that writes a time at which a run is due. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  /** All that is due is looked for again, from the beginning, so often. */
  private static final Duration FROM_THE_BEGINNING = Duration.ofMinutes(5);

  private final Database database;
  private final SagaRepetitions repetitions;
  private final Function<Connection, SagaStore> stores;
  private final SagaTiming timing;
  private final int batch;
  private final Runnable setAside;
  // Index entries of runs that ended are below it. Without it, each search would read those of all
  // runs that ended since the oldest open transaction of the database began.
  private Optional<Instant> since = Optional.empty();
  private Instant fromTheBeginning = Instant.EPOCH;

  /**
   * Takes its parts. For one thread.
   *
   * @param stores makes the store of a transaction
   * @param batch how many are repeated at a time at most
   * @param setAside is called for each run that was set aside
   */
  public SagaRepeater(
      Database database,
      SagaRepetitions repetitions,
      Function<Connection, SagaStore> stores,
      SagaTiming timing,
      int batch,
      Runnable setAside) {
    this.database = database;
    this.repetitions = repetitions;
    this.stores = stores;
    this.timing = timing;
    this.batch = batch;
    this.setAside = setAside;
  }

  /** Repeats one batch. Never more at once, so that a backlog is not flooded by repetitions. */
  public void repeatSome() {
    advance(move(store -> store.due(since, batch), repetitions::repeat));
  }

  /** Gives up one batch of runs that were not confirmed in time. */
  public void expireSome() {
    var _ = move(store -> store.expired(batch), repetitions::expire);
  }

  private interface Find {
    Due in(SagaStore store);
  }

  private interface Move {
    void on(SagaStore store, Set<UUID> enrollmentIds, Instant now);
  }

  private Due move(Find find, Move move) {
    try {
      return database.inSagaTransaction(
          connection -> {
            SagaStore store = stores.apply(connection);
            Due found = find.in(store);
            if (!found.enrollmentIds().isEmpty()) {
              move.on(store, found.enrollmentIds(), found.now());
            }
            return found;
          });
    } catch (StoreUnavailable away) {
      throw away;
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a batch of sagas failed; each is tried by itself", e);
      Due due = database.inSagaTransaction(connection -> find.in(stores.apply(connection)));
      for (UUID id : due.enrollmentIds()) {
        moveOne(move, id, due.now());
      }
      return due;
    }
  }

  private void moveOne(Move move, UUID id, Instant now) {
    try {
      database.inSagaTransaction(
          connection -> {
            move.on(stores.apply(connection), Set.of(id), now);
            return true;
          });
    } catch (StoreUnavailable away) {
      throw away;
    } catch (RuntimeException e) {
      LOG.log(
          Level.SEVERE,
          e,
          () ->
              "the saga of enrollment %s cannot be decided and is set aside; it is tried again later. See ops.sagas_set_aside"
                  .formatted(id));
      database.inSagaTransaction(
          connection -> {
            stores.apply(connection).setAside(id, e.toString(), timing);
            return true;
          });
      setAside.run();
    }
  }

  private void advance(Due due) {
    if (!due.all()) {
      return;
    }
    if (due.now().isAfter(fromTheBeginning)) {
      fromTheBeginning = due.now().plus(FROM_THE_BEGINNING);
      since = Optional.empty();
    } else {
      since = Optional.of(due.now().minus(MARGIN));
    }
  }
}
