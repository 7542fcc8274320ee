package org.accrual.consumers.supply;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.accrual.consumers.participant.Answers;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.participant.Pending;
import org.accrual.consumers.participant.Request;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.consumers.supply.KitTable.KitKey;
import org.accrual.event.supply.AllocateKit;
import org.accrual.event.supply.HoldKits;
import org.accrual.event.supply.KitAllocated;
import org.accrual.event.supply.KitsHeld;
import org.accrual.event.supply.KitsRefused;
import org.accrual.event.supply.KitsReleased;
import org.accrual.event.supply.ReleaseKits;
import org.accrual.runtime.blinding.Unseal;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** The stocks and holds of one batch: as they were read, then as its requests leave them. */
final class HoldLedger {
  private final Unseal unseal;
  private final Heard heard;
  private final Map<SiteKey, Stock> stocks;
  private final Map<Attempt, Hold> holds;
  private final Pending pending;
  private final Answers answers;
  private final Map<Attempt, HoldTable.Row> changedHolds = new LinkedHashMap<>();
  private final Map<KitKey, @Nullable Attempt> changedKits = new LinkedHashMap<>();

  HoldLedger(
      Unseal unseal,
      Heard heard,
      Map<SiteKey, Stock> stocks,
      Map<Attempt, Hold> holds,
      Pending pending,
      Answers answers) {
    this.unseal = unseal;
    this.heard = heard;
    this.stocks = stocks;
    this.holds = new HashMap<>(holds);
    this.pending = pending;
    this.answers = answers;
  }

  void take(Request request) {
    Hold before = holds.getOrDefault(request.attempt(), new Hold.None());
    Stock stock = stock(request.site());
    HoldDecision decision =
        switch (request.command()) {
          case HoldKits c ->
              HoldDecider.hold(
                  stock,
                  before,
                  heard.upTo(request.site(), c.getStudyVersion(), c.getSiteVersion()));
          case AllocateKit c -> HoldDecider.allocate(stock, before, () -> arm(request, c));
          case ReleaseKits _ -> HoldDecider.release(stock, before);
          case SpecificRecord other -> throw request.unknown(other);
        };
    switch (decision) {
      case HoldDecision.Decided decided -> {
        pending.remove(request.attempt());
        put(request, before, decided.hold());
        answers.add(request, answer(request, decided.answer()));
      }
      case HoldDecision.Wait _ -> pending.add(request);
      case HoldDecision.Lapsed _ -> drop(request);
    }
  }

  Map<Attempt, HoldTable.Row> changedHolds() {
    return changedHolds;
  }

  Map<KitKey, @Nullable Attempt> changedKits() {
    return changedKits;
  }

  private Stock stock(SiteKey site) {
    Stock stock = stocks.get(site);
    if (stock == null) {
      throw new IllegalStateException("no stock was read of site " + site);
    }
    return stock;
  }

  /** Opens the arm, which only randomization can have sealed: core holds the public key too. */
  private String arm(Request request, AllocateKit command) {
    ByteBuffer sealed = command.getSealedArm();
    byte[] bytes = new byte[sealed.remaining()];
    sealed.duplicate().get(bytes);
    return unseal.openProven(bytes, "allocation:" + request.attempt());
  }

  /** A void AllocateKit says nothing of a HoldKits that waits. */
  private void drop(Request request) {
    if (request.command() instanceof HoldKits) {
      pending.remove(request.attempt());
    }
  }

  private void put(Request request, Hold before, Hold after) {
    if (after.equals(before)) {
      return;
    }
    Attempt attempt = request.attempt();
    String study = request.site().studyId();
    holds.put(attempt, after);
    changedHolds.put(attempt, new HoldTable.Row(attempt, request.site(), after));
    if (before instanceof Hold.Allocated(Hold.Kit kit)) {
      changedKits.put(new KitKey(study, kit.id()), null);
    }
    if (after instanceof Hold.Allocated(Hold.Kit kit)) {
      changedKits.put(new KitKey(study, kit.id()), attempt);
    }
  }

  private static SpecificRecord answer(Request request, Hold hold) {
    String enrollment = request.enrollmentId();
    String study = request.site().studyId();
    String site = request.site().siteId();
    int attempt = request.attempt().number();
    return switch (hold) {
      case Hold.Held _ -> new KitsHeld(enrollment, study, site, attempt);
      case Hold.Refused _ -> new KitsRefused(enrollment, study, site, attempt, "KITS_EXHAUSTED");
      case Hold.Allocated(Hold.Kit kit) ->
          new KitAllocated(enrollment, study, site, attempt, kit.id());
      case Hold.Released _ -> new KitsReleased(enrollment, study, site, attempt);
      case Hold.None _ ->
          throw new IllegalStateException("nothing was decided on " + request.attempt());
    };
  }
}
