package org.accrual.consumers.randomization;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
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
 * Applies a batch of events and commands in the intake's transaction, and publishes the answers.
 */
final class Randomization implements Effects {
  static final String NAME = "randomization";

  private final Clock clock;
  private final RandomGenerator random;
  private final Blind blind;
  private final Schedules schedules;
  private final Locks locks = new Locks(NAME);
  private final PendingTable pendingTable = new PendingTable(NAME);

  /**
   * @param random must be unpredictable
   */
  Randomization(Clock clock, RandomGenerator random, Blind blind) {
    this.clock = clock;
    this.random = random;
    this.blind = blind;
    this.schedules = new Schedules(blind.unseal());
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    Batch batch = Batch.of(messages);
    Set<String> studies = batch.studies();
    locks.studies(connection, studies, !batch.newsOfStudies().isEmpty());
    Map<String, StudyDesign> designs = applyEvents(connection, studies, batch.news());

    Set<SiteKey> sites = new LinkedHashSet<>(batch.sites());
    sites.addAll(pendingTable.sitesOf(connection, batch.studiesWithNews()));
    locks.sites(connection, sites);

    Pending pending = pendingTable.read(connection, sites);
    List<Request> requests = pending.and(batch.requests());
    Answers answers = new Answers(NAME);
    Map<Stratum.Key, Long> drawn = PlaceTables.lockStrata(connection, strata(requests, designs));
    AllocationLedger ledger =
        new AllocationLedger(
            new AllocationLedger.Secrets(blind, schedules, random),
            designs,
            new Places(
                drawn,
                PlaceTables.numbered(connection, sites),
                PlaceTables.places(connection, patients(requests))),
            AllocationTable.read(connection, batch.attempts()),
            Disclosures.recorded(connection, batch.requests()),
            pending,
            answers);
    requests.forEach(ledger::take);

    PlaceTables.write(connection, ledger.places());
    AllocationTable.write(connection, ledger.made(), clock.instant());
    pendingTable.write(connection, pending);
    answers.publish(connection);
  }

  /** Returns the studies after their events. */
  private Map<String, StudyDesign> applyEvents(
      Connection connection, Set<String> studies, List<Message> news) throws SQLException {
    Map<String, StudyDesign> designs = new HashMap<>(StudyTable.read(connection, studies));
    Map<String, StudyDesign> changed = new LinkedHashMap<>();
    for (Message message : news) {
      String study = message.stream().key();
      StudyDesign design =
          message.body() instanceof StudyRegistered e
              ? design(study, message.version(), e)
              : designs.getOrDefault(study, StudyDesign.UNKNOWN).at(message.version());
      designs.put(study, design);
      changed.put(study, design);
    }
    StudyTable.write(connection, changed);
    return designs;
  }

  private StudyDesign design(String study, long version, StudyRegistered registered) {
    StudyDesign design =
        new StudyDesign(
            version,
            registered.getArms().stream()
                .map(arm -> new StudyDesign.Arm(arm.getArmId(), arm.getRatio()))
                .toList(),
            registered.getFactors().stream()
                .map(factor -> new StudyDesign.Factor(factor.getName(), factor.getLevels()))
                .toList(),
            registered.getBlockMultiples(),
            registered.getStratifyBySite(),
            SealedSeed.NONE);
    return design.with(SealedSeed.make(study, design, random, blind.seal()));
  }

  private static Collection<Stratum.Key> strata(
      List<Request> requests, Map<String, StudyDesign> designs) {
    Set<Stratum.Key> keys = new LinkedHashSet<>();
    for (Request request : requests) {
      if (request.command() instanceof Randomize command) {
        StudyDesign study = designs.getOrDefault(request.site().studyId(), StudyDesign.UNKNOWN);
        study
            .stratum(command.getStrata())
            .ifPresent(levels -> keys.add(Stratum.Key.of(study, request.site(), levels)));
      }
    }
    return keys;
  }

  /** Returns study and patient of each request to randomize. */
  private static Set<PlaceTables.Patient> patients(List<Request> requests) {
    Set<PlaceTables.Patient> patients = new LinkedHashSet<>();
    for (Request request : requests) {
      if (request.command() instanceof Randomize command) {
        patients.add(new PlaceTables.Patient(request.site().studyId(), command.getPatientId()));
      }
    }
    return patients;
  }
}
