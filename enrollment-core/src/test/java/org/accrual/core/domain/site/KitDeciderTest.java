package org.accrual.core.domain.site;

import static org.accrual.core.domain.site.KitFixtures.ENROLLMENT;
import static org.accrual.core.domain.site.KitFixtures.K1;
import static org.accrual.core.domain.site.KitFixtures.SITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.Refusal;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.site.SiteCommand.DestroyKits;
import org.accrual.core.domain.site.SiteCommand.OnKits;
import org.accrual.core.domain.site.SiteCommand.QuarantineKits;
import org.accrual.core.domain.site.SiteCommand.ReturnKit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** STATES.md has the whole table, see StatesTest. */
class KitDeciderTest {
  private static final SiteId ELSEWHERE = new SiteId("S1", "V2");

  private static Decision<SiteEvent> decide(OnKits command, SiteFacts facts) {
    return SiteDecider.decide(command, new SiteState.Active(5, ZoneId.of("UTC")), facts);
  }

  private static Decision<SiteEvent> given(KitState state, OnKits command) {
    return decide(command, KitFixtures.facts(Optional.of(state)));
  }

  private static Reason refused(Decision<SiteEvent> decision) {
    assertThat(decision).isInstanceOf(Decision.Refused.class);
    Refusal refusal = ((Decision.Refused<SiteEvent>) decision).refusal();
    assertThat(refusal.about()).containsEntry("kit_id", "K1");
    return refusal.reason();
  }

  private static Decision<SiteEvent> accepted(SiteEvent event) {
    return new Decision.Accepted<>(List.of(event));
  }

  @Test
  @DisplayName("A delivered kit is received with its lot and expiry date")
  void received() {
    assertThat(decide(KitFixtures.receive(SITE, "A"), KitFixtures.facts(Optional.empty())))
        .isEqualTo(accepted(new SiteEvent.KitsReceived(SITE, List.of(K1), "nurse")));
  }

  @Test
  @DisplayName("A quarantined kit is received again where it was, any other kit is known")
  void receivedAgain() {
    assertThat(given(KitState.QUARANTINED, KitFixtures.receive(SITE, "B")))
        .isEqualTo(accepted(new SiteEvent.KitsReceived(SITE, List.of(K1), "nurse")));
    assertThat(refused(given(KitState.QUARANTINED, KitFixtures.receive(ELSEWHERE, "A"))))
        .isEqualTo(Reason.KIT_KNOWN);
    for (KitState state : List.of(KitState.RECEIVED, KitState.RETURNED, KitState.DESTROYED)) {
      assertThat(refused(given(state, KitFixtures.receive(SITE, "A")))).isEqualTo(Reason.KIT_KNOWN);
    }
  }

  @Test
  @DisplayName("A received kit is quarantined, returned by its patient, destroyed")
  void moved() {
    assertThat(given(KitState.RECEIVED, quarantine()))
        .isEqualTo(
            accepted(new SiteEvent.KitsQuarantined(SITE, List.of("K1"), "cracked", "nurse")));
    assertThat(given(KitState.RECEIVED, giveBack()))
        .isEqualTo(accepted(new SiteEvent.KitReturned(SITE, "K1", ENROLLMENT, "end", "nurse")));
    assertThat(given(KitState.RETURNED, destroy()))
        .isEqualTo(accepted(new SiteEvent.KitsDestroyed(SITE, List.of("K1"), "used", "nurse")));
  }

  static Stream<OnKits> moves() {
    return Stream.of(quarantine(), giveBack(), destroy());
  }

  @ParameterizedTest
  @MethodSource("moves")
  @DisplayName("Destroyed is final")
  void destroyed(OnKits command) {
    assertThat(refused(given(KitState.DESTROYED, command)))
        .isEqualTo(Reason.KIT_TRANSITION_NOT_ALLOWED);
  }

  @ParameterizedTest
  @MethodSource("moves")
  @DisplayName("A kit that the site does not have is not found")
  void notFound(OnKits command) {
    SiteFacts elsewhere =
        new SiteFacts(
            KitFixtures.facts(Optional.empty()).study(),
            Map.of("K1", new KnownKit("V2", KitState.QUARANTINED)),
            Optional.of("K1"));
    assertThat(refused(decide(command, elsewhere))).isEqualTo(Reason.KIT_NOT_FOUND);
    assertThat(refused(decide(command, KitFixtures.facts(Optional.empty()))))
        .isEqualTo(Reason.KIT_NOT_FOUND);
  }

  @Test
  @DisplayName("Only the patient whose enrollment was confirmed with a kit returns it")
  void notDispensed() {
    SiteFacts facts = KitFixtures.facts(Optional.of(KitState.RECEIVED));
    for (Optional<String> other : List.of(Optional.<String>empty(), Optional.of("K2"))) {
      assertThat(refused(decide(giveBack(), new SiteFacts(facts.study(), facts.kits(), other))))
          .isEqualTo(Reason.KIT_NOT_DISPENSED);
    }
  }

  private static OnKits quarantine() {
    return new QuarantineKits(SITE, List.of("K1"), "cracked", "nurse");
  }

  private static OnKits giveBack() {
    return new ReturnKit(SITE, "K1", ENROLLMENT, "end", "nurse");
  }

  private static OnKits destroy() {
    return new DestroyKits(SITE, List.of("K1"), "used", "nurse");
  }
}
