package org.accrual.core.domain.site;

import static org.accrual.core.domain.study.StudyFixtures.DESIGN;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.accrual.core.domain.Refusal.Reason;
import org.accrual.core.domain.Specification;
import org.accrual.core.domain.site.SiteCommand.Activate;
import org.accrual.core.domain.site.SiteCommand.ChangeCapacity;
import org.accrual.core.domain.site.SiteCommand.Deactivate;
import org.accrual.core.domain.site.SiteEvent.KitsReceived;
import org.accrual.core.domain.site.SiteEvent.SiteActivated;
import org.accrual.core.domain.site.SiteEvent.SiteCapacityChanged;
import org.accrual.core.domain.site.SiteEvent.SiteDeactivated;
import org.accrual.core.domain.study.StudyPhase;
import org.accrual.core.domain.study.StudyState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SiteDeciderTest {
  private static final SiteId SITE = new SiteId("S1", "V1");
  private static final ZoneId VIENNA = ZoneId.of("Europe/Vienna");
  private static final SiteEvent ACTIVATED = new SiteActivated(SITE, 5, VIENNA);
  private static final SiteEvent DEACTIVATED = new SiteDeactivated(SITE, "audit");

  private static final SiteCommand RECEIVE = KitFixtures.receive(SITE, "A");
  private static final SiteEvent RECEIVED =
      new KitsReceived(SITE, List.of(KitFixtures.K1), "nurse");

  private static Specification<SiteCommand, SiteEvent, SiteState> sitesOf(StudyState study) {
    return new Specification<>(
        SiteState.initial(),
        SiteState::apply,
        (c, s) -> SiteDecider.decide(c, s, new SiteFacts(study, Map.of(), Optional.empty())));
  }

  private static Specification<SiteCommand, SiteEvent, SiteState> sites() {
    return sitesOf(new StudyState.Active(DESIGN));
  }

  private static List<SiteCommand> commands() {
    return Stream.concat(
            Stream.of(
                new Activate(SITE, 7, VIENNA),
                new ChangeCapacity(SITE, 9),
                new Deactivate(SITE, "audit")),
            KitFixtures.commands().stream())
        .toList();
  }

  @Test
  void neverActivated() {
    sites().given().is(SiteState.Unknown.class);
    sites().given().when(new Activate(SITE, 5, VIENNA)).then(ACTIVATED);
    sites().given().when(new ChangeCapacity(SITE, 9)).refused(Reason.SITE_NOT_FOUND);
    sites().given().when(new Deactivate(SITE, "audit")).refused(Reason.SITE_NOT_FOUND);
    KitFixtures.commands()
        .forEach(command -> sites().given().when(command).refused(Reason.SITE_NOT_FOUND));
  }

  @Test
  void active() {
    var active = sites().given(ACTIVATED);
    active.is(SiteState.Active.class);
    var refusal = active.when(new Activate(SITE, 7, VIENNA)).refused(Reason.SITE_ALREADY_ACTIVE);
    assertThat(refusal.about()).isEqualTo(Map.of("study_id", "S1", "site_id", "V1"));
    active.when(new ChangeCapacity(SITE, 9)).then(new SiteCapacityChanged(SITE, 9));
    active.when(new Deactivate(SITE, "audit")).then(DEACTIVATED);
    active.when(RECEIVE).then(RECEIVED);
  }

  @Test
  void inactive() {
    var inactive = sites().given(ACTIVATED, DEACTIVATED);
    inactive.is(SiteState.Inactive.class);
    inactive.when(new Activate(SITE, 7, VIENNA)).then(new SiteActivated(SITE, 7, VIENNA));
    inactive.when(new ChangeCapacity(SITE, 9)).refused(Reason.SITE_NOT_ACTIVE);
    inactive.when(new Deactivate(SITE, "audit")).refused(Reason.SITE_NOT_ACTIVE);
    inactive.when(RECEIVE).then(RECEIVED);
  }

  @Test
  void capacityAndZoneAreOfTheNewestEventThatHasThem() {
    SiteState changed =
        SiteState.initial().apply(ACTIVATED).apply(new SiteCapacityChanged(SITE, 9));
    assertThat(changed).isEqualTo(new SiteState.Active(9, VIENNA));
    assertThat(changed.apply(DEACTIVATED)).isEqualTo(new SiteState.Inactive(9, VIENNA));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void noCommandWithoutAStudy(SiteCommand command) {
    sitesOf(StudyState.initial()).given(ACTIVATED).when(command).refused(Reason.STUDY_NOT_FOUND);
  }

  @ParameterizedTest
  @EnumSource(StudyPhase.class)
  void opensInStudiesThatAreNotClosedForGood(StudyPhase phase) {
    var when = sitesOf(phase.with(DESIGN)).given().when(new Activate(SITE, 5, VIENNA));
    switch (phase) {
      case APPROVED, ACTIVE, TEMPORARILY_CLOSED_TO_ACCRUAL -> when.then(ACTIVATED);
      case CLOSED_TO_ACCRUAL, COMPLETED -> when.refused(Reason.STUDY_CLOSED);
    }
  }

  @ParameterizedTest
  @EnumSource(StudyPhase.class)
  void closesInEveryStudy(StudyPhase phase) {
    sitesOf(phase.with(DESIGN)).given(ACTIVATED).when(commands().get(2)).then(DEACTIVATED);
  }

  @Test
  void aKitIsOfAnArmOfTheStudyAndNoRefusalNamesTheArm() {
    SiteCommand receive = KitFixtures.receive(SITE, "secret-arm");
    var refusal = sites().given(ACTIVATED).when(receive).refused(Reason.ARM_UNKNOWN);
    assertThat(refusal.toString()).contains("K1").doesNotContain("secret-arm");
    assertThat(receive.toString()).doesNotContain("secret-arm");
  }

  @Test
  void kitsChangeNothingAboutWhoMayEnroll() {
    assertThat(SiteState.initial().apply(ACTIVATED).apply(RECEIVED))
        .isEqualTo(new SiteState.Active(5, VIENNA));
  }

  @Test
  void theCommandsAreAllThereAre() {
    assertThat(commands().stream().map(Object::getClass))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(SiteCommand.class, SiteCommand.OnKits.class)
                .flatMap(type -> Stream.of(type.getPermittedSubclasses()))
                .filter(type -> !type.isInterface())
                .toList());
    assertThat(Arrays.asList(SiteState.class.getPermittedSubclasses()))
        .containsExactlyInAnyOrder(SiteState.Unknown.class, SiteState.Known.class);
    assertThat(Arrays.asList(SiteState.Known.class.getPermittedSubclasses()))
        .containsExactlyInAnyOrder(SiteState.Active.class, SiteState.Inactive.class);
  }
}
