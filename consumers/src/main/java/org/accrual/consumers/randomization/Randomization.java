package org.accrual.consumers.randomization;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.accrual.consumers.participant.Answers;
import org.accrual.consumers.participant.Batch;
import org.accrual.consumers.participant.Blind;
import org.accrual.consumers.participant.Locks;
import org.accrual.consumers.participant.Pending;
import org.accrual.consumers.participant.PendingTable;
import org.accrual.consumers.participant.Request;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.event.randomization.Randomize;
import org.accrual.event.study.StudyRegistered;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;

/**
 * A batch of news and commands, in the intake's transaction: state and answers, both or neither.
 */
final class Randomization implements Effects {
  static final String NAME = "randomization";

  private final Clock clock;
  private final RandomGenerator random;
  private final Blind blind;
  private final AllocationTables tables;
  private final Locks locks = new Locks(NAME);
  private final PendingTable pendingTable = new PendingTable(NAME);

  /**
   * @param random must be unpredictable
   */
  Randomization(Clock clock, RandomGenerator random, Blind blind) {
    this.clock = clock;
    this.random = random;
    this.blind = blind;
    this.tables = new AllocationTables(blind);
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    Batch batch = Batch.of(messages);
    Set<String> studies = batch.studies();
    locks.studies(connection, studies, !batch.newsOfStudies().isEmpty());
    Map<String, StudyDesign> designs = hear(connection, studies, batch.news());

    Set<SiteKey> sites = new LinkedHashSet<>(batch.sites());
    sites.addAll(pendingTable.sitesOf(connection, batch.studiesWithNews()));
    locks.sites(connection, sites);

    Instant now = clock.instant();
    Pending pending = pendingTable.read(connection, sites, now);
    List<Request> requests = pending.and(batch.requests());
    Answers answers = new Answers(NAME);
    AllocationLedger ledger =
        new AllocationLedger(
            blind,
            random,
            designs,
            tables.strata(connection, strata(requests, designs)),
            AllocationTables.allocations(connection, batch.attempts()),
            pending,
            answers,
            now);
    requests.forEach(ledger::take);

    tables.writeStrata(connection, ledger.changedStrata());
    AllocationTables.writeAllocations(connection, ledger.made(), now);
    pendingTable.write(connection, pending);
    answers.publish(connection);
  }

  /** What is known of studies, after the news. */
  private static Map<String, StudyDesign> hear(
      Connection connection, Set<String> studies, List<Message> news) throws SQLException {
    Map<String, StudyDesign> designs = new HashMap<>(StudyTable.read(connection, studies));
    Map<String, StudyDesign> changed = new LinkedHashMap<>();
    for (Message message : news) {
      String study = message.stream().key();
      StudyDesign design =
          message.body() instanceof StudyRegistered e
              ? design(message.version(), e)
              : designs.getOrDefault(study, StudyDesign.UNHEARD).at(message.version());
      designs.put(study, design);
      changed.put(study, design);
    }
    StudyTable.write(connection, changed);
    return designs;
  }

  private static StudyDesign design(long version, StudyRegistered registered) {
    return new StudyDesign(
        version,
        registered.getArms().stream()
            .map(arm -> new StudyDesign.Arm(arm.getArmId(), arm.getRatio()))
            .toList(),
        registered.getFactors().stream()
            .map(factor -> new StudyDesign.Factor(factor.getName(), factor.getLevels()))
            .toList());
  }

  private static Collection<Stratum.Key> strata(
      List<Request> requests, Map<String, StudyDesign> designs) {
    Set<Stratum.Key> keys = new LinkedHashSet<>();
    for (Request request : requests) {
      if (request.command() instanceof Randomize command) {
        designs
            .getOrDefault(request.site().studyId(), StudyDesign.UNHEARD)
            .stratum(command.getStrata())
            .ifPresent(levels -> keys.add(new Stratum.Key(request.site(), levels)));
      }
    }
    return keys;
  }
}
