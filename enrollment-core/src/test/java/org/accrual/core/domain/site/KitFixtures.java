package org.accrual.core.domain.site;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.site.SiteCommand.DeliveredKit;
import org.accrual.core.domain.site.SiteCommand.OnKits;
import org.accrual.core.domain.study.StudyFixtures;
import org.accrual.core.domain.study.StudyState;

/** The kit K1 in each of its states, and the commands on it. */
public final class KitFixtures {
  public static final SiteId SITE = new SiteId("S1", "V1");
  static final UUID ENROLLMENT = UUID.fromString("0193a000-0000-7000-8000-000000000001");
  static final ReceivedKit K1 =
      new ReceivedKit(
          "K1",
          new SealedArm(new byte[] {1, 2, 3}),
          new KitLabel("LOT-7", Optional.of(LocalDate.parse("2027-03-31"))));

  private KitFixtures() {}

  /** Returns one command of each type. */
  public static List<OnKits> commands() {
    return List.of(
        receive(SITE, "A"),
        new SiteCommand.QuarantineKits(SITE, List.of("K1"), "cracked", "nurse"),
        new SiteCommand.ReturnKit(SITE, "K1", ENROLLMENT, "end of treatment", "nurse"),
        new SiteCommand.DestroyKits(SITE, List.of("K1"), "cracked", "pharmacist"));
  }

  static OnKits receive(SiteId site, String arm) {
    return new SiteCommand.ReceiveKits(site, List.of(new DeliveredKit(arm, K1)), "nurse");
  }

  /** Returns the facts about K1 of V1, which a patient has; empty: no site has received it. */
  public static SiteFacts facts(Optional<KitState> state) {
    return new SiteFacts(
        new StudyState.Active(StudyFixtures.DESIGN),
        state.map(s -> Map.of("K1", new KnownKit("V1", s))).orElse(Map.of()),
        Optional.of("K1"));
  }

  /** Returns the state that an event gives a kit. */
  public static KitState state(SiteEvent event) {
    return switch (event) {
      case SiteEvent.KitsReceived _ -> KitState.RECEIVED;
      case SiteEvent.KitsQuarantined _ -> KitState.QUARANTINED;
      case SiteEvent.KitReturned _ -> KitState.RETURNED;
      case SiteEvent.KitsDestroyed _ -> KitState.DESTROYED;
      case SiteEvent.SiteActivated _,
          SiteEvent.SiteCapacityChanged _,
          SiteEvent.SiteDeactivated _ ->
          throw new AssertionError("not of a kit: " + event);
    };
  }
}
