package org.accrual.consumers.capacity;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.accrual.consumers.participant.Answers;
import org.accrual.consumers.participant.Batch;
import org.accrual.consumers.participant.Locks;
import org.accrual.consumers.participant.Pending;
import org.accrual.consumers.participant.PendingTable;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;

/**
 * A batch of news and commands, in the intake's transaction: state and answers, both or neither.
 */
final class Capacity implements Effects {
  static final String NAME = "capacity";

  private final Clock clock;
  private final Locks locks = new Locks(NAME);
  private final PendingTable pendingTable = new PendingTable(NAME);

  Capacity(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    Batch batch = Batch.of(messages);
    Set<SiteKey> sites = batch.sites();
    locks.sites(connection, sites);

    Pending pending = pendingTable.read(connection, sites);
    Answers answers = new Answers(NAME);
    SlotLedger ledger =
        new SlotLedger(
            SlotTables.sites(connection, sites),
            SlotTables.slots(connection, batch.attempts()),
            pending,
            answers);
    batch.news().forEach(ledger::hear);
    pending.and(batch.requests()).forEach(ledger::take);

    SlotTables.writeSites(connection, ledger.changedSites());
    SlotTables.writeSlots(connection, ledger.changedSlots().values(), clock.instant());
    pendingTable.write(connection, pending);
    answers.publish(connection);
  }
}
