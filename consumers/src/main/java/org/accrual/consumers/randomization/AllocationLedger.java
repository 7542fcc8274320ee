package org.accrual.consumers.randomization;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.jspecify.annotations.Nullable;

/** The strata and allocations of one batch: as they were read, then as its requests leave them. */
final class AllocationLedger {
  private static final Logger LOG = Logger.getLogger(AllocationLedger.class.getName());

  private final Blind blind;
  private final RandomGenerator random;
  private final Map<String, StudyDesign> studies;
  private final Map<Stratum.Key, Stratum> strata;
  private final Map<Attempt, Allocation> allocations;
  private final Pending pending;
  private final Answers answers;
  private final Instant now;
  private final Map<Stratum.Key, Stratum> changedStrata = new LinkedHashMap<>();
  private final List<Allocation> made = new ArrayList<>();

  AllocationLedger(
      Blind blind,
      RandomGenerator random,
      Map<String, StudyDesign> studies,
      Map<Stratum.Key, Stratum> strata,
      Map<Attempt, Allocation> allocations,
      Pending pending,
      Answers answers,
      Instant now) {
    this.blind = blind;
    this.random = random;
    this.studies = studies;
    this.strata = new HashMap<>(strata);
    this.allocations = new HashMap<>(allocations);
    this.pending = pending;
    this.answers = answers;
    this.now = now;
  }

  void take(Request request) {
    switch (request.command()) {
      case Randomize command -> randomize(request, command);
      case RevealAllocation command -> reveal(request, command);
      case SpecificRecord other -> throw request.unknown(other);
    }
  }

  Map<Stratum.Key, Stratum> changedStrata() {
    return changedStrata;
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
        RandomizationDecision.of(
            study, command.getStrata(), command.getStudyVersion(), command.getDeadline(), now);
    switch (decision) {
      case RandomizationDecision.Wait(Instant until) -> pending.add(request, until);
      case RandomizationDecision.Lapsed _ -> pending.remove(request.attempt());
      case RandomizationDecision.Refuse(String reason) -> {
        pending.remove(request.attempt());
        answers.add(request, refused(request, reason));
      }
      case RandomizationDecision.Allocate(List<Integer> levels) -> {
        pending.remove(request.attempt());
        answer(request, allocate(request, study, new Stratum.Key(request.site(), levels)));
      }
    }
  }

  private Allocation allocate(Request request, StudyDesign study, Stratum.Key key) {
    @Nullable Stratum current = strata.get(key);
    Block block = current == null ? Block.none(study.arms().size()) : current.block();
    Block.Draw draw = block.draw(study.ratios(), random);
    Stratum next = new Stratum(current == null ? 1 : current.drawn() + 1, draw.rest());
    Attempt attempt = request.attempt();
    Allocation allocation =
        new Allocation(
            attempt,
            key,
            next.drawn(),
            randomId(),
            blind.seal().seal(study.arms().get(draw.arm()).id(), Allocation.context(attempt)));
    strata.put(key, next);
    changedStrata.put(key, next);
    allocations.put(attempt, allocation);
    made.add(allocation);
    return allocation;
  }

  private void reveal(Request request, RevealAllocation command) {
    Allocation allocation = allocations.get(request.attempt());
    if (allocation == null) {
      LOG.log(
          Level.WARNING,
          "{0}: asked to reveal an allocation that was never made; not answered",
          request.attempt());
      return;
    }
    String arm = blind.unseal().open(allocation.sealedArm(), Allocation.context(request.attempt()));
    byte[] sealed;
    try {
      sealed =
          Seal.of(bytes(command.getReaderKey())).seal(arm, "reveal:" + command.getRequestRef());
    } catch (SealBroken notAKey) {
      LOG.log(
          Level.WARNING,
          "{0}: asked to reveal an allocation to what is no key; not answered",
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
            allocation.id().toString(),
            ByteBuffer.wrap(allocation.sealedArm())));
  }

  private static RandomizationRefused refused(Request request, String reason) {
    SiteKey site = request.site();
    return new RandomizationRefused(
        request.enrollmentId(), site.studyId(), site.siteId(), request.attempt().number(), reason);
  }

  private StudyDesign study(Request request) {
    return studies.getOrDefault(request.site().studyId(), StudyDesign.UNHEARD);
  }

  /** A UUID v4 of the source of randomness that decides everything else. */
  private UUID randomId() {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() & ~(0b11L << 62)) | (0b10L << 62);
    return new UUID(high, low);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
