package org.accrual.consumers.supply;

import static org.accrual.consumers.participant.Saga.command;
import static org.accrual.consumers.participant.Saga.ofSite;
import static org.accrual.consumers.participant.Saga.ofStudy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.accrual.consumers.participant.News;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.consumers.participant.Saga;
import org.accrual.consumers.participant.SettableClock;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.event.supply.KitAllocated;
import org.accrual.event.supply.KitsHeld;
import org.accrual.event.supply.KitsRefused;
import org.accrual.event.supply.KitsReleased;
import org.accrual.intake.Message;
import org.accrual.runtime.blinding.BlindingKeys;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.blinding.SealBroken;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Batches on the real tables, answers read from the outbox. */
class SupplyIT {
  private static final SiteKey SITE = new SiteKey("study-1", "site-1");

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final SettableClock clock = new SettableClock();
  private final BlindingKeys keys = BlindingKeys.make();
  private final Seal seal = Seal.of(keys.publicKey());
  private final Supply supply = new Supply(clock, new SecureRandom(), keys.unseal());

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aKitOfTheArmIsAllocatedToWhoHasAHold() {
    given(registered(), active(), kits(2, "k", "a", "b", "b"));
    Saga saga = Saga.at(SITE);

    assertThat(when(hold(saga))).containsExactly(held(saga));
    assertThat(when(allocate(saga, "a"))).containsExactly(allocated(saga, "k1"));

    assertThat(kits())
        .containsExactly("k1|" + saga.enrollment() + "|1", "k2|null|null", "k3|null|null");
    assertThat(database.published().getLast().aggregateType()).isEqualTo("supply.events");
    assertThat(database.published().getLast().headers())
        .containsEntry(Headers.SOURCE, "/accrual/supply");
  }

  @Test
  void aBatchIsDecidedInOrderAndWithItsOwnNews() {
    Saga first = Saga.at(SITE);
    Saga second = Saga.at(SITE);
    Saga third = Saga.at(SITE);

    assertThat(
            when(
                hold(first),
                hold(second),
                allocate(first, "b"),
                releaseKits(first),
                hold(third),
                allocate(third, "b"),
                registered(),
                active(),
                kits(2, "k", "a", "b")))
        .containsExactly(
            held(first),
            refused(second),
            allocated(first, "k2"),
            released(first),
            held(third),
            allocated(third, "k2"));
    assertThat(kits()).containsExactly("k1|null|null", "k2|" + third.enrollment() + "|1");
  }

  @Test
  void aSiteThatLacksOneArmIsRefusedWhateverElseItHas() {
    given(registered(), active(), kits(2, "k", "a", "a", "a"));
    Saga saga = Saga.at(SITE);

    assertThat(when(hold(saga), hold(saga))).containsExactly(refused(saga), refused(saga));
    given(kits(3, "more", "b"));
    assertThat(when(hold(saga))).as("the first answer").containsExactly(refused(saga));
    assertThat(when(hold(saga.again()))).containsExactly(held(saga.again()));
  }

  @Test
  void repeatedCommandsAreAnsweredAgainAndChangeNothing() {
    given(registered(), active(), kits(2, "k", "a", "b"));
    Saga saga = Saga.at(SITE);

    assertThat(when(hold(saga), hold(saga))).containsExactly(held(saga), held(saga));
    assertThat(when(allocate(saga, "a"), allocate(saga, "a")))
        .containsExactly(allocated(saga, "k1"), allocated(saga, "k1"));
    assertThat(when(hold(saga), allocate(saga, "a")))
        .containsExactly(held(saga), allocated(saga, "k1"));
    assertThat(when(releaseKits(saga), releaseKits(saga)))
        .containsExactly(released(saga), released(saga));
    assertThat(when(hold(saga), allocate(saga, "a"))).as("after its release").isEmpty();
    assertThat(kits()).containsExactly("k1|null|null", "k2|null|null");
  }

  @Test
  void aReleaseThatComesFirstBarsItsHold() {
    given(registered(), active(), kits(2, "k", "a", "b"));
    Saga saga = Saga.at(SITE);

    assertThat(when(releaseKits(saga))).containsExactly(released(saga));
    assertThat(when(hold(saga))).isEmpty();
    assertThat(when(hold(Saga.at(SITE)))).hasSize(1).first().isInstanceOf(KitsHeld.class);
  }

  /** The race that a version settles: news of the kits that the request rests on may come last. */
  @Test
  void itIsDecidedOnceStudyAndSiteAreHeardOfUpToTheRequest() {
    Saga saga = Saga.at(SITE);
    Saga other = Saga.at(SITE);

    assertThat(when(hold(saga, 3), hold(other, 2))).isEmpty();
    assertThat(when(active())).isEmpty();
    assertThat(when(kits(2, "first", "a"))).as("no study yet").isEmpty();
    assertThat(when(registered()))
        .as("site as it was for the other")
        .containsExactly(refused(other));
    assertThat(when(kits(3, "second", "b"))).containsExactly(held(saga));
    assertThat(database.rows("select 1 from supply.pending")).isEmpty();
  }

  @Test
  void aRequestWaitsHoweverLongUnlessItIsReleased() {
    Saga saga = Saga.at(SITE);
    Saga releasedOne = Saga.at(SITE);
    given(hold(saga, 2), hold(releasedOne, 2));
    assertThat(when(releaseKits(releasedOne))).containsExactly(released(releasedOne));
    clock.pass(Duration.ofDays(3));

    assertThat(when(registered(), active(), kits(2, "k", "a", "b"))).containsExactly(held(saga));
    assertThat(database.rows("select 1 from supply.pending")).isEmpty();
  }

  /** More kits of one arm than a sample looks at: the few of the other are found all the same. */
  @Test
  void aRareArmIsFoundInALargeStock() {
    List<String> arms = new ArrayList<>(Collections.nCopies(300, "a"));
    arms.set(217, "b");
    given(registered(), active(), kits(2, "k", arms.toArray(String[]::new)));

    for (int i = 0; i < 5; i++) {
      Saga saga = Saga.at(SITE);
      assertThat(when(hold(saga), allocate(saga, "b")))
          .containsExactly(held(saga), allocated(saga, "k218"));
      given(releaseKits(saga));
    }
  }

  /** In order of arrival whoever is passed over would be known to be of another arm. */
  @Test
  void kitsAreNotTakenInTheOrderInWhichTheyCame() {
    given(registered(), active());
    given(
        kits(
            2,
            "k",
            Stream.generate(() -> List.of("a", "b"))
                .limit(10)
                .flatMap(List::stream)
                .toArray(String[]::new)));
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Saga saga = Saga.at(SITE);
      taken.add(((KitAllocated) when(hold(saga), allocate(saga, "a")).getLast()).getKitId());
      given(releaseKits(saga));
    }

    // 10 kits, 30 draws: that one place comes 30 times has a chance of 10^-29.
    assertThat(taken.stream().distinct().count()).isGreaterThan(1);
  }

  @Test
  @DisplayName(
      "A kit received with a wrong arm is quarantined, then received again with the right one")
  void aWronglyReceivedKitIsCorrected() {
    given(registered(), active(), kits(2, "k", "a", "a"));
    Saga first = Saga.at(SITE);
    Saga second = Saga.at(SITE);
    Saga third = Saga.at(SITE);

    assertThat(when(hold(first))).as("read and opened").containsExactly(refused(first));
    given(ofSite(3, News.quarantined(SITE, "k2")));
    given(kits(4, "k", "a", "b"));
    assertThat(when(hold(second), allocate(second, "b")))
        .containsExactly(held(second), allocated(second, "k2"));

    assertThat(
            when(
                hold(third),
                kits(5, "n", "a"),
                ofSite(6, News.quarantined(SITE, "n1")),
                kits(7, "n", "b"),
                allocate(third, "b")))
        .as("in one batch")
        .containsExactly(held(third), allocated(third, "n1"));
  }

  @Test
  @DisplayName("The kits that expire first are allocated first, expired kits never")
  void kitsExpire() {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    given(registered(), active(), kits(2, "never", "a", "b"));
    given(ofSite(3, News.kits(SITE, seal, "today", List.of("a", "b"), today)));
    given(ofSite(4, News.kits(SITE, seal, "week", List.of("a", "b"), today.plusDays(7))));
    given(ofSite(5, News.kits(SITE, seal, "day", List.of("a", "b"), today.plusDays(1))));
    Saga first = Saga.at(SITE);
    Saga second = Saga.at(SITE);
    Saga third = Saga.at(SITE);
    Saga fourth = Saga.at(SITE);

    assertThat(when(hold(first), hold(second), allocate(first, "a"), allocate(second, "a")))
        .endsWith(allocated(first, "day1"), allocated(second, "week1"));
    assertThat(when(releaseKits(second), hold(third), allocate(third, "a")))
        .as("what comes back is again the first to expire")
        .endsWith(allocated(third, "week1"));
    clock.pass(Duration.ofDays(8));
    assertThat(when(hold(fourth), allocate(fourth, "b")))
        .containsExactly(held(fourth), allocated(fourth, "never2"));
    assertThat(database.rows("select kit_id from ops.kits where state = 'expired' order by 1"))
        .as("by the database's clock")
        .contains("today1", "today2");
  }

  /** The hold stays: what it can still be given is given, otherwise it ends as any refusal. */
  @Test
  @DisplayName("A hold whose kits are quarantined gets another kit of the arm, or is refused")
  void quarantinedWhileASagaRuns() {
    given(registered(), active(), kits(2, "k", "a", "b", "a", "b"));
    Saga first = Saga.at(SITE);
    Saga second = Saga.at(SITE);
    given(hold(first), hold(second));

    assertThat(when(ofSite(3, News.quarantined(SITE, "k1", "k2")))).isEmpty();
    assertThat(when(allocate(first, "a"), allocate(second, "a"), allocate(second, "a")))
        .containsExactly(allocated(first, "k3"), refused(second), refused(second));
    assertThat(when(releaseKits(second))).containsExactly(released(second));
    assertThat(when(hold(Saga.at(SITE)))).first().isInstanceOf(KitsRefused.class);
    assertThat(kits())
        .containsExactly(
            "k1|null|null", "k2|null|null", "k3|" + first.enrollment() + "|1", "k4|null|null");
  }

  @Test
  @DisplayName("A kit that a saga has when it is quarantined stays with it, or is out of use")
  void quarantinedWhileAllocated() {
    given(registered(), active(), kits(2, "k", "a", "b", "a", "b"));
    Saga kept = Saga.at(SITE);
    Saga gone = Saga.at(SITE);
    given(hold(kept), hold(gone), allocate(kept, "a"), allocate(gone, "b"));
    given(ofSite(3, News.quarantined(SITE, "k1", "k2", "k3", "k4")));

    assertThat(when(allocate(kept, "a"))).first().isInstanceOf(KitAllocated.class);
    assertThat(when(releaseKits(gone))).containsExactly(released(gone));
    assertThat(when(hold(Saga.at(SITE)))).first().isInstanceOf(KitsRefused.class);
    assertThat(
            database.rows(
                "select state, count(enrollment_id), count(*) from ops.kits group by 1 order by 1"))
        .containsExactly("quarantined|1|4");
  }

  @Test
  @DisplayName("A patient's kit is returned and destroyed, and never given to another patient")
  void aDispensedKitNeverComesBack() throws SQLException {
    given(registered(), active(), kits(2, "k", "a", "b"));
    Saga saga = Saga.at(SITE);
    given(hold(saga), allocate(saga, "a"));
    assertThat(database.rows("select kit_id, state, lot from ops.kits order by 1"))
        .containsExactly("k1|dispensed|LOT-7", "k2|available|LOT-7");

    given(ofSite(3, News.quarantined(SITE, "k1")), kits(4, "k", "b"));
    assertThat(database.rows("select state from supply.kit where kit_id = 'k1'"))
        .as("received again, but a patient has it")
        .containsExactly("quarantined");
    given(ofSite(5, News.returned(SITE, "k1", saga.enrollment())));
    assertThat(when(hold(Saga.at(SITE)))).first().isInstanceOf(KitsRefused.class);
    given(ofSite(6, News.destroyed(SITE, "k1")));

    assertThat(
            database.rows(
                "select state, lot, expiry_date, kits from ops.site_stock where study_id = 'study-1' order by 1"))
        .containsExactly("available|LOT-7|null|1", "destroyed|LOT-7|null|1");
    assertThatThrownBy(
            () -> database.execute("update supply.kit set state = 'received' where kit_id = 'k1'"))
        .hasMessageContaining("is destroyed and cannot become received");
    database.execute("update supply.kit set state = 'quarantined' where kit_id = 'k2'");
    assertThatThrownBy(
            () ->
                database.execute(
                    "update supply.kit set enrollment_id = gen_random_uuid(), attempt = 1 where kit_id = 'k2'"))
        .hasMessageContaining("or be allocated");
    assertThatThrownBy(
            () -> database.execute("update supply.kit set state = 'returned' where kit_id = 'k2'"))
        .as("it was never given out")
        .hasMessageContaining("check constraint");
  }

  @Test
  @DisplayName("The supply of a site is counted without arms, beyond running holds")
  void siteSupply() throws SQLException {
    database.execute(
        """
        insert into enrollment.study_head
        select (jsonb_populate_record(null::enrollment.study_head, '{
          "study_id": "study-1", "state": "active", "title": "a title", "arms": [{}, {}], "factors": [],
          "randomization": {}, "target": 1, "version": 1, "created_at": "now", "updated_at": "now"}')).*
        """);
    database.execute(
        "insert into enrollment.site_head (study_id, site_id, active, capacity, time_zone, version)"
            + " values ('study-1', 'site-1', true, 9, 'UTC', 1)");
    given(registered(), active(), kits(2, "k", "a", "b", "b", "b", "b"));
    assertThat(supplied()).containsExactly("0|2");

    given(hold(Saga.at(SITE)));
    assertThat(supplied()).containsExactly("1|1");
    given(ofSite(3, News.quarantined(SITE, "k2", "k3", "k4")));
    assertThat(supplied()).as("one hold, two kits").containsExactly("1|0");
    database.execute("update enrollment.site_head set active = false");
    assertThat(supplied()).isEmpty();
  }

  private List<String> supplied() {
    return database.rows("select held, patients from ops.site_supply");
  }

  @Test
  void aKitThatComesTwiceStaysWhereItIs() {
    given(registered(), active(), kits(2, "k", "a", "b"));
    Saga saga = Saga.at(SITE);
    given(hold(saga), allocate(saga, "a"));
    SiteKey other = new SiteKey("study-1", "site-2");

    given(ofSite(3, News.kits(SITE, seal, "k", List.of("a", "b"))));
    given(ofSite(1, News.kits(other, seal, "k", List.of("a", "b"))));

    assertThat(database.rows("select site_id, kit_id, enrollment_id from supply.kit order by 2"))
        .containsExactly("site-1|k1|" + saga.enrollment(), "site-1|k2|null");
  }

  @Test
  void aKitSealedForAnotherKeyIsNotUsedAndTheOthersAre() {
    given(registered(), active());
    Seal foreign = Seal.of(BlindingKeys.make().publicKey());
    given(ofSite(2, News.kits(SITE, foreign, "foreign", List.of("a", "b"))));
    given(ofSite(3, News.kits(SITE, seal, "k", List.of("a", "b"))));
    Saga saga = Saga.at(SITE);

    given(hold(saga), allocate(saga, "a"));

    assertThat(database.rows("select kit_id from supply.kit where enrollment_id is not null"))
        .containsExactly("k1");
    assertThat(supply.unreadableKits()).as("metric accrual_supply_unreadable_kits").isEqualTo(2);
  }

  @Test
  @DisplayName("An arm that was sealed without the private key gets no kit")
  void refusesAnArmThatRandomizationDidNotSeal() {
    given(registered(), active(), kits(2, "k", "a", "b"));
    Saga saga = Saga.at(SITE);
    given(hold(saga));
    byte[] chosen = seal.seal("a", saga.allocation());

    assertThatThrownBy(() -> when(command(Topics.SUPPLY_COMMANDS, saga.allocateKit(chosen))))
        .isInstanceOf(SealBroken.class);
    assertThat(kits()).containsExactly("k1|null|null", "k2|null|null");
  }

  @Test
  void theTablesThemselvesRefuseADoubleKitAndOneWithoutAHold() {
    given(registered(), active(), kits(2, "k", "a", "b", "a", "b"));
    Saga saga = Saga.at(SITE);
    given(hold(saga), allocate(saga, "a"));

    assertThatThrownBy(
            () ->
                database.execute(
                    "update supply.kit set (enrollment_id, attempt) = (select enrollment_id, attempt"
                        + " from supply.hold) where enrollment_id is null and kit_id = 'k2'"))
        .hasMessageContaining("kit_enrollment_id_attempt_key");
    Saga onlyHeld = Saga.at(SITE);
    given(hold(onlyHeld));
    assertThatThrownBy(
            () ->
                database.execute(
                    "update supply.kit set enrollment_id = '%s', attempt = 1 where kit_id = 'k2'"
                        .formatted(onlyHeld.enrollment())))
        .as("held is not allocated")
        .hasMessageContaining("foreign key");
    assertThatThrownBy(() -> database.execute("update supply.hold set state = 'released'"))
        .as("its kit must go back with it")
        .hasMessageContaining("foreign key");
  }

  /** As while a redeployment overlaps. */
  @Test
  void twoAtOnceNeitherMissNewsNorGiveAKitTwice() throws Exception {
    List<Saga> sagas = IntStream.range(0, 40).mapToObj(i -> Saga.at(SITE)).toList();
    try (ExecutorService several = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < sagas.size(); i++) {
        Saga saga = sagas.get(i);
        running.add(several.submit(() -> apply(hold(saga))));
        running.add(several.submit(() -> apply(hold(saga))));
        if (i == 10) {
          running.add(several.submit(() -> apply(registered())));
        }
        if (i == 12) {
          running.add(several.submit(() -> apply(active(), kits(2, "k", stockOf(15)))));
        }
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
      running.clear();
      for (int i = 0; i < sagas.size(); i++) {
        Saga saga = sagas.get(i);
        String arm = i % 2 == 0 ? "a" : "b";
        running.add(several.submit(() -> apply(allocate(saga, arm))));
        running.add(several.submit(() -> apply(allocate(saga, arm))));
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(database.rows("select 1 from supply.pending")).isEmpty();
    assertThat(database.rows("select state, count(*) from supply.hold group by 1 order by 1"))
        .containsExactly("allocated|15", "refused|25");
    assertThat(
            database.rows(
                "select count(*), count(enrollment_id), count(distinct enrollment_id) from supply.kit"))
        .containsExactly("30|15|15");
  }

  private static String[] stockOf(int each) {
    return Stream.of("a", "b")
        .flatMap(arm -> Collections.nCopies(each, arm).stream())
        .toArray(String[]::new);
  }

  private void apply(Message... messages) {
    try (Connection connection = database.source().getConnection()) {
      new Supply(clock, new SecureRandom(), keys.unseal()).apply(connection, List.of(messages));
      connection.commit();
    } catch (SQLException failed) {
      throw new AssertionError(failed.getMessage(), failed);
    }
  }

  private void given(Message... messages) {
    database.apply(supply, messages);
  }

  private List<SpecificRecord> when(Message... messages) {
    return database.apply(supply, messages);
  }

  private static Message registered() {
    return ofStudy(1, News.registered("study-1", Map.of("a", 1, "b", 1)));
  }

  private static Message active() {
    return ofSite(1, News.activated(SITE, 100));
  }

  private Message kits(long version, String prefix, String... arms) {
    return ofSite(version, News.kits(SITE, seal, prefix, List.of(arms)));
  }

  private Message hold(Saga saga) {
    return hold(saga, 2);
  }

  private Message hold(Saga saga, long siteVersion) {
    return command(Topics.SUPPLY_COMMANDS, saga.holdKits(1, siteVersion));
  }

  private Message allocate(Saga saga, String arm) {
    byte[] sealed = seal.seal(arm, saga.allocation());
    return command(
        Topics.SUPPLY_COMMANDS, saga.allocateKit(keys.unseal().prove(sealed, saga.allocation())));
  }

  private static Message releaseKits(Saga saga) {
    return command(Topics.SUPPLY_COMMANDS, saga.releaseKits());
  }

  private static KitsHeld held(Saga saga) {
    return new KitsHeld(saga.enrollment(), "study-1", "site-1", saga.attempt().number());
  }

  private static KitsRefused refused(Saga saga) {
    return new KitsRefused(
        saga.enrollment(), "study-1", "site-1", saga.attempt().number(), "KITS_EXHAUSTED");
  }

  private static KitAllocated allocated(Saga saga, String kit) {
    return new KitAllocated(saga.enrollment(), "study-1", "site-1", saga.attempt().number(), kit);
  }

  private static KitsReleased released(Saga saga) {
    return new KitsReleased(saga.enrollment(), "study-1", "site-1", saga.attempt().number());
  }

  private List<String> kits() {
    return database.rows("select kit_id, enrollment_id, attempt from supply.kit order by 1");
  }
}
