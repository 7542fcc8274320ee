package org.accrual.consumers.capacity;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
 * Applies a batch of events and commands in the intake's transaction, and publishes the answers.
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
    Set<String> studies = batch.studies();
    locks.studies(connection, studies, !batch.newsOfStudies().isEmpty());
    LimitTables.apply(connection, batch.newsOfStudies());
    Map<String, StudyLimits> limits = LimitTables.lock(connection, studies);
    Set<SiteKey> sites = new LinkedHashSet<>(batch.sites());
    sites.addAll(pendingTable.sitesOf(connection, batch.studiesWithNews()));
    locks.sites(connection, sites);

    Pending pending = pendingTable.read(connection, sites);
    Answers answers = new Answers(NAME);
    SlotLedger ledger =
        new SlotLedger(
            limits,
            SlotTables.sites(connection, sites),
            SlotTables.reservations(connection, batch.attempts()),
            pending,
            answers);
    batch.newsOfSites().forEach(ledger::apply);
    pending.and(batch.requests()).forEach(ledger::take);

    SlotTables.writeSites(connection, ledger.changedSites());
    SlotTables.writeReservations(
        connection, ledger.changedReservations().values(), clock.instant());
    LimitTables.write(connection, ledger.changedLimits());
    pendingTable.write(connection, pending);
    answers.publish(connection);
  }
}
