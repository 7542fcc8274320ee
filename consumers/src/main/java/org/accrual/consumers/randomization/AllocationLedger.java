package org.accrual.consumers.randomization;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.accrual.consumers.participant.Answers;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.Blind;
import org.accrual.consumers.participant.Pending;
import org.accrual.consumers.participant.Request;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.event.randomization.AllocationRevealed;
import org.accrual.event.randomization.RandomizationRefused;
import org.accrual.event.randomization.Randomize;
import org.accrual.event.randomization.Randomized;
import org.accrual.event.randomization.RevealAllocation;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.blinding.SealBroken;
import org.apache.avro.specific.SpecificRecord;

/** Decides the requests of one batch, and collects allocations and answers. */
final class AllocationLedger {
  private static final Logger LOG = Logger.getLogger(AllocationLedger.class.getName());

  private final Secrets secrets;
  private final Map<String, StudyDesign> studies;
  private final Places places;
  private final Map<Attempt, Allocation> allocations;
  private final Set<UUID> disclosures;
  private final Pending pending;
  private final Answers answers;
  private final List<Allocation> made = new ArrayList<>();

  /** The keys, the schedules that they open, and the source of ids. */
  record Secrets(Blind blind, Schedules schedules, RandomGenerator random) {}

  /**
   * @param disclosures the requests to reveal an arm that rest on a recorded unblinding
   */
  AllocationLedger(
      Secrets secrets,
      Map<String, StudyDesign> studies,
      Places places,
      Map<Attempt, Allocation> allocations,
      Set<UUID> disclosures,
      Pending pending,
      Answers answers) {
    this.secrets = secrets;
    this.studies = studies;
    this.places = places;
    this.allocations = new HashMap<>(allocations);
    this.disclosures = disclosures;
    this.pending = pending;
    this.answers = answers;
  }

  void take(Request request) {
    switch (request.command()) {
      case Randomize command -> randomize(request, command);
      case RevealAllocation command -> reveal(request, command);
      case SpecificRecord other -> throw request.unknown(other);
    }
  }

  Places places() {
    return places;
  }

  List<Allocation> made() {
    return made;
  }

  private void randomize(Request request, Randomize command) {
    Allocation before = allocations.get(request.attempt());
    if (before != null) {
      pending.remove(request.attempt());
      answer(request, before);
      return;
    }
    StudyDesign study = study(request);
    RandomizationDecision decision =
        RandomizationDecision.of(study, command.getStrata(), command.getStudyVersion());
    switch (decision) {
      case RandomizationDecision.Wait _ -> pending.add(request);
      case RandomizationDecision.Refuse(String reason) -> {
        pending.remove(request.attempt());
        answers.add(request, refused(request, reason));
      }
      case RandomizationDecision.Allocate(List<Integer> levels) -> {
        pending.remove(request.attempt());
        Stratum.Key stratum = Stratum.Key.of(study, request.site(), levels);
        answer(
            request,
            allocate(request, study, new Stratum.Patient(stratum, command.getPatientId())));
      }
    }
  }

  private Allocation allocate(Request request, StudyDesign study, Stratum.Patient patient) {
    Place place = places.of(patient, request.site(), randomId());
    Attempt attempt = request.attempt();
    String arm = secrets.schedules().arm(study, patient.stratum(), place.ordinal());
    byte[] sealed = secrets.blind().sealProven(arm, Allocation.context(attempt));
    Allocation allocation = new Allocation(attempt, place, sealed);
    allocations.put(attempt, allocation);
    made.add(allocation);
    return allocation;
  }

  private void reveal(Request request, RevealAllocation command) {
    if (!disclosures.contains(request.id())) {
      LOG.log(
          Level.WARNING,
          "did not reveal the arm of {0} as message {1} requests: no caller of Unblind waits for it. If no caller gave"
              + " up just before, find out who published the message",
          new Object[] {request.attempt(), request.id()});
      return;
    }
    Allocation allocation = allocations.get(request.attempt());
    if (allocation == null) {
      LOG.log(
          Level.WARNING, "did not reveal the arm of {0}: it has no allocation", request.attempt());
      return;
    }
    String arm =
        secrets
            .blind()
            .unseal()
            .open(allocation.sealedArm(), Allocation.context(request.attempt()));
    byte[] sealed;
    try {
      sealed =
          Seal.of(bytes(command.getReaderKey())).seal(arm, "reveal:" + command.getRequestRef());
    } catch (SealBroken e) {
      LOG.log(
          Level.WARNING,
          "did not reveal the arm of {0}: the reader's key is not an X25519 key",
          request.attempt());
      return;
    }
    SiteKey site = request.site();
    answers.add(
        request,
        new AllocationRevealed(
            request.enrollmentId(),
            site.studyId(),
            site.siteId(),
            request.attempt().number(),
            command.getRequestRef(),
            ByteBuffer.wrap(sealed)));
  }

  private void answer(Request request, Allocation allocation) {
    SiteKey site = request.site();
    answers.add(
        request,
        new Randomized(
            request.enrollmentId(),
            site.studyId(),
            site.siteId(),
            request.attempt().number(),
            allocation.place().allocationId().toString(),
            allocation.place().number(),
            study(request).seed().commitmentText(),
            ByteBuffer.wrap(allocation.sealedArm())));
  }

  private static RandomizationRefused refused(Request request, String reason) {
    SiteKey site = request.site();
    return new RandomizationRefused(
        request.enrollmentId(), site.studyId(), site.siteId(), request.attempt().number(), reason);
  }

  private StudyDesign study(Request request) {
    return studies.getOrDefault(request.site().studyId(), StudyDesign.UNKNOWN);
  }

  /** Returns a random UUID v4. */
  private UUID randomId() {
    long high = (secrets.random().nextLong() & ~0xF000L) | 0x4000L;
    long low = (secrets.random().nextLong() & ~(0b11L << 62)) | (0b10L << 62);
    return new UUID(high, low);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
