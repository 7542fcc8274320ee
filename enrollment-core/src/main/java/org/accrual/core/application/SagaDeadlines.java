package org.accrual.core.application;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.accrual.core.application.SagaStore.Held;
import org.accrual.core.domain.saga.SagaInput;
import org.accrual.core.domain.saga.SagaTiming;

/** Moves runs whose time has come: a deadline has passed, or a release is to be repeated. */
public final class SagaDeadlines {
  private final SagaTiming timing;
  private final int batch;
  private final Consumer<SagaEnd> ended;

  /**
   * @param batch how many are moved in one transaction at most
   * @param ended is told of each saga that ends, before the commit; must not throw
   */
  public SagaDeadlines(SagaTiming timing, int batch, Consumer<SagaEnd> ended) {
    this.timing = timing;
    this.batch = batch;
    this.ended = ended;
  }

  /** Moves a batch; answers whether more may be due. */
  public boolean move(SagaStore store, Instant now) {
    List<Held> due = store.holdDue(now, batch);
    List<Caused> changes = new ArrayList<>();
    List<SagaTurns> moved = new ArrayList<>();
    for (Held held : due) {
      SagaTurns turns = new SagaTurns(held.history(), held.saga(), timing, now);
      // Nothing came: what is told now was caused by what put the run where it stands.
      turns.take(new SagaInput.Due(), held.saga().orElseThrow().origin());
      changes.addAll(turns.changes());
      moved.add(turns);
    }
    if (!changes.isEmpty()) {
      store.write(changes, now);
      moved.forEach(turns -> turns.end().ifPresent(ended));
    }
    return due.size() == batch;
  }
}
