package org.accrual.consumers.supply;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.accrual.consumers.participant.Answers;
import org.accrual.consumers.participant.Batch;
import org.accrual.consumers.participant.Locks;
import org.accrual.consumers.participant.Pending;
import org.accrual.consumers.participant.PendingTable;
import org.accrual.consumers.participant.Request;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;
import org.accrual.runtime.blinding.Unseal;

/** Applies a batch of events and commands, state and answers in the intake's one transaction. */
final class Supply implements Effects {
  static final String NAME = "supply";

  private final Clock clock;
  private final Unseal unseal;
  private final KitArms arms;
  private final StockReader stocks;
  private final HoldTable holds;
  private final Locks locks = new Locks(NAME);
  private final PendingTable pendingTable = new PendingTable(NAME);

  /**
   * @param random must be unpredictable
   */
  Supply(Clock clock, RandomGenerator random, Unseal unseal) {
    this.clock = clock;
    this.unseal = unseal;
    this.arms = new KitArms(unseal);
    this.stocks = new StockReader(new KitTable(arms, random));
    this.holds = new HoldTable(arms);
  }

  /** Returns how many kits could not be opened since the start, and so are not used. */
  int unreadableKits() {
    return arms.unreadable();
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    Instant now = clock.instant();
    Batch batch = Batch.of(messages);
    Set<String> studies = batch.studies();
    locks.studies(connection, studies, !batch.newsOfStudies().isEmpty());
    Set<SiteKey> sites = new LinkedHashSet<>(batch.sites());
    sites.addAll(pendingTable.sitesOf(connection, batch.studiesWithNews()));
    locks.sites(connection, sites);

    HeardTables.hearStudies(connection, batch.newsOfStudies());
    HeardTables.hearSites(connection, batch.newsOfSites());
    KitEvents.apply(connection, batch.newsOfSites());
    Heard heard =
        new Heard(HeardTables.studies(connection, studies), HeardTables.sites(connection, sites));

    Pending pending = pendingTable.read(connection, sites);
    List<Request> requests = pending.and(batch.requests());
    Answers answers = new Answers(NAME);
    HoldLedger ledger =
        new HoldLedger(
            unseal,
            heard,
            stocks.read(connection, heard, requests, LocalDate.ofInstant(now, ZoneOffset.UTC)),
            holds.read(connection, batch.attempts()),
            pending,
            answers);
    requests.forEach(ledger::take);

    HoldTable.write(connection, ledger.changedHolds().values(), now);
    KitTable.write(connection, ledger.changedKits());
    pendingTable.write(connection, pending);
    answers.publish(connection);
  }
}
