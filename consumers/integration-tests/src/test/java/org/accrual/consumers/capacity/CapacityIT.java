package org.accrual.consumers.capacity;

import static org.accrual.consumers.participant.Saga.command;
import static org.accrual.consumers.participant.Saga.ofSite;
import static org.accrual.consumers.participant.Saga.ofStudy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.accrual.consumers.participant.News;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.consumers.participant.ParticipantDatabase.Published;
import org.accrual.consumers.participant.Saga;
import org.accrual.consumers.participant.SettableClock;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.event.capacity.ReleaseSlot;
import org.accrual.event.capacity.ReserveSlot;
import org.accrual.event.capacity.SlotRefused;
import org.accrual.event.capacity.SlotReleased;
import org.accrual.event.capacity.SlotReserved;
import org.accrual.intake.Message;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Batches on the real tables, answers read from the outbox. */
class CapacityIT {
  private static final SiteKey SITE = new SiteKey("study-1", "site-1");

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final SettableClock clock = new SettableClock();
  private final Capacity capacity = new Capacity(clock);

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aReservationTakesASlotAndAnswersWhoAsked() {
    given(ofSite(1, News.activated(SITE, 2)));
    Saga saga = Saga.at(SITE);
    Message reserve = reserve(saga, 1);

    assertThat(when(reserve)).containsExactly(reserved(saga));

    assertThat(sites()).containsExactly("study-1|site-1|1|t|2|1");
    Published answer = database.published().getLast();
    assertThat(answer.aggregateType()).isEqualTo("capacity.events");
    assertThat(answer.key()).isEqualTo("study-1/site-1");
    assertThat(answer.headers())
        .containsEntry(Headers.CAUSATION_ID, reserve.id().toString())
        .containsEntry(Headers.CORRELATION_ID, "the-conversation")
        .containsEntry(Headers.ACTOR, "nurse")
        .containsEntry(Headers.TRACEPARENT, "00-trace")
        .containsEntry(Headers.SOURCE, "/accrual/capacity")
        .containsEntry(Headers.SCHEMA_VERSION, "1");
  }

  @Test
  void aBatchIsDecidedInOrder() {
    List<Saga> sagas = IntStream.range(0, 4).mapToObj(i -> Saga.at(SITE)).toList();

    assertThat(
            when(
                reserve(sagas.get(0), 1),
                reserve(sagas.get(1), 1),
                reserve(sagas.get(2), 1),
                release(sagas.get(0)),
                reserve(sagas.get(3), 1),
                ofSite(1, News.activated(SITE, 2))))
        .containsExactly(
            reserved(sagas.get(0)),
            reserved(sagas.get(1)),
            refused(sagas.get(2), "SITE_CAPACITY_EXHAUSTED"),
            released(sagas.get(0)),
            reserved(sagas.get(3)));
    assertThat(sites()).containsExactly("study-1|site-1|1|t|2|2");
    assertThat(balance()).isEqualTo(List.of("study-1|site-1|2|2"));
  }

  @Test
  void aRepeatedCommandIsAnsweredAgainAndTakesNothingMore() {
    given(ofSite(1, News.activated(SITE, 1)));
    Saga in = Saga.at(SITE);
    Saga out = Saga.at(SITE);

    assertThat(when(reserve(in, 1), reserve(in, 1), reserve(out, 1)))
        .containsExactly(reserved(in), reserved(in), refused(out, "SITE_CAPACITY_EXHAUSTED"));
    given(release(in));
    assertThat(when(reserve(out, 1)))
        .as("the first answer, though there is room now")
        .containsExactly(refused(out, "SITE_CAPACITY_EXHAUSTED"));
    assertThat(when(release(in), release(in))).containsExactly(released(in), released(in));
    assertThat(when(reserve(out.again(), 1))).containsExactly(reserved(out.again()));
    assertThat(balance()).isEqualTo(List.of("study-1|site-1|1|1"));
  }

  @Test
  void aReleaseThatComesFirstBarsItsReservation() {
    given(ofSite(1, News.activated(SITE, 1)));
    Saga saga = Saga.at(SITE);

    assertThat(when(release(saga))).containsExactly(released(saga));
    assertThat(when(reserve(saga, 1))).isEmpty();
    assertThat(sites()).containsExactly("study-1|site-1|1|t|1|0");
  }

  @Test
  void aSiteNotHeardOfIsWaitedForAndTheAnswerStillKnowsItsQuestion() {
    Saga first = Saga.at(SITE);
    Saga second = Saga.at(SITE);
    Message asked = reserve(first, 2);

    assertThat(when(asked, reserve(second, 1), reserve(first, 2))).isEmpty();
    assertThat(pending()).hasSize(2);
    assertThat(when(ofSite(1, News.activated(SITE, 1)))).containsExactly(reserved(second));
    assertThat(when(ofSite(2, News.capacity(SITE, 2)))).containsExactly(reserved(first));

    assertThat(pending()).isEmpty();
    assertThat(database.published().getLast().headers())
        .containsEntry(Headers.CAUSATION_ID, asked.id().toString())
        .containsEntry(Headers.CORRELATION_ID, "the-conversation")
        .containsEntry(Headers.TRACEPARENT, "00-trace");
  }

  /** By no clock, so that neither an outage nor a host's wrong time drops it. */
  @Test
  void aRequestWaitsForItsSiteHoweverLongUnlessItIsReleased() {
    Saga saga = Saga.at(SITE);
    Saga impatient = Saga.at(SITE);
    given(reserve(saga, 1), reserve(impatient, 1));
    assertThat(when(release(impatient))).containsExactly(released(impatient));
    clock.pass(Duration.ofDays(3));

    assertThat(when(reserve(saga, 1))).as("asked again").isEmpty();
    assertThat(pending()).hasSize(1);
    assertThat(when(ofSite(1, News.activated(SITE, 5)))).containsExactly(reserved(saga));
    assertThat(sites()).containsExactly("study-1|site-1|1|t|5|1");
  }

  @Test
  void aClosedSiteGivesNothingOutAndTakesBack() {
    given(ofSite(1, News.activated(SITE, 2)));
    Saga in = Saga.at(SITE);
    Saga late = Saga.at(SITE);
    given(reserve(in, 1));
    given(ofSite(2, News.deactivated(SITE)));

    assertThat(when(reserve(late, 1))).containsExactly(refused(late, "SITE_NOT_ACTIVE"));
    assertThat(when(release(in))).containsExactly(released(in));
    assertThat(sites()).containsExactly("study-1|site-1|2|f|2|0");
  }

  @Test
  void aLoweredCapacityStopsNewOnesOnly() {
    given(ofSite(1, News.activated(SITE, 3)));
    List<Saga> in = IntStream.range(0, 3).mapToObj(i -> Saga.at(SITE)).toList();
    in.forEach(saga -> given(reserve(saga, 1)));

    given(ofSite(2, News.capacity(SITE, 1)));
    assertThat(sites()).containsExactly("study-1|site-1|2|t|1|3");
    Saga next = Saga.at(SITE);
    assertThat(when(release(in.get(0)), release(in.get(1)), reserve(next, 2)))
        .containsExactly(
            released(in.get(0)), released(in.get(1)), refused(next, "SITE_CAPACITY_EXHAUSTED"));
    Saga last = Saga.at(SITE);
    assertThat(when(release(in.get(2)), reserve(last, 2)))
        .containsExactly(released(in.get(2)), reserved(last));
  }

  @Test
  @DisplayName(
      "A study stops at its target and at its caps, over all sites, in whatever order things arrive")
  void stopsAtTheLimitsOfTheStudy() {
    SiteKey other = new SiteKey("study-1", "site-2");
    Saga woman = Saga.at(SITE);
    Saga second = Saga.at(other);
    Saga man = Saga.at(other);
    Saga late = Saga.at(SITE);
    given(ofSite(1, News.activated(SITE, 9)), ofSite(1, News.activated(other, 9)));

    assertThat(when(reserve(woman, "f"))).as("the study is not known yet").isEmpty();
    assertThat(when(ofStudy(1, News.limited("study-1", 2, 1)))).containsExactly(reserved(woman));
    assertThat(when(reserve(second, "f"), reserve(man, "m"), reserve(late, "m")))
        .containsExactly(
            refused(second, "STRATUM_FULL"), reserved(man), refused(late, "STUDY_TARGET_REACHED"));
    given(command(Topics.CAPACITY_COMMANDS, woman.releaseSlot(true)), release(man));
    assertThat(when(reserve(late.again(), "m"), reserve(second.again(), "f")))
        .as("the man was not confirmed, the woman was and has left")
        .containsExactly(reserved(late.again()), refused(second.again(), "STUDY_TARGET_REACHED"));

    assertThat(
            database.rows(
                "select number, levels, most, taken from capacity.study_limit order by number"))
        .containsExactly("0|{}|2|2", "1|{\"sex\": \"f\"}|1|1");
    assertThatThrownBy(
            () -> database.execute("update capacity.study_limit set taken = 2 where number = 1"))
        .hasMessageContaining("check constraint");
  }

  @Test
  void theTableItselfRefusesOneTooMany() {
    given(ofSite(1, News.activated(SITE, 1)));
    given(reserve(Saga.at(SITE), 1));

    assertThatThrownBy(() -> database.execute("update capacity.site set taken = taken + 1"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("has no free slot");
  }

  /**
   * As while a redeployment overlaps: two processes decide about one site, and one of them brings
   * the news that the other's requests wait for. No news is missed, no slot given twice.
   */
  @Test
  void twoAtOnceNeitherMissNewsNorOverbook() throws Exception {
    List<Saga> sagas = IntStream.range(0, 60).mapToObj(i -> Saga.at(SITE)).toList();
    try (ExecutorService two = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < sagas.size(); i++) {
        Saga saga = sagas.get(i);
        running.add(two.submit(() -> apply(reserve(saga, 1))));
        running.add(two.submit(() -> apply(reserve(saga, 1))));
        if (i == 20) {
          running.add(two.submit(() -> apply(ofSite(1, News.activated(SITE, 25)))));
        }
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(pending()).isEmpty();
    assertThat(sites()).containsExactly("study-1|site-1|1|t|25|25");
    assertThat(balance()).isEqualTo(List.of("study-1|site-1|25|25"));
    List<UUID> answered =
        database.published().stream()
            .map(p -> p.body())
            .filter(SlotReserved.class::isInstance)
            .map(body -> UUID.fromString(((SlotReserved) body).getEnrollmentId()))
            .distinct()
            .toList();
    assertThat(answered).hasSize(25);
  }

  private void apply(Message message) {
    try (Connection connection = database.source().getConnection()) {
      new Capacity(clock).apply(connection, List.of(message));
      connection.commit();
    } catch (SQLException failed) {
      throw new AssertionError(failed);
    }
  }

  private void given(Message... messages) {
    database.apply(capacity, messages);
  }

  private List<SpecificRecord> when(Message... messages) {
    return database.apply(capacity, messages);
  }

  private Message reserve(Saga saga, long siteVersion) {
    ReserveSlot body = saga.reserveSlot(siteVersion);
    return command(Topics.CAPACITY_COMMANDS, body);
  }

  private static Message reserve(Saga saga, String sex) {
    return command(Topics.CAPACITY_COMMANDS, saga.reserveSlot(1, 1, Map.of("sex", sex)));
  }

  private static Message release(Saga saga) {
    ReleaseSlot body = saga.releaseSlot();
    return command(Topics.CAPACITY_COMMANDS, body);
  }

  private static SlotReserved reserved(Saga saga) {
    return new SlotReserved(
        saga.enrollment(), saga.site().studyId(), saga.site().siteId(), saga.attempt().number());
  }

  private static SlotRefused refused(Saga saga, String reason) {
    return new SlotRefused(
        saga.enrollment(),
        saga.site().studyId(),
        saga.site().siteId(),
        saga.attempt().number(),
        reason);
  }

  private static SlotReleased released(Saga saga) {
    return new SlotReleased(
        saga.enrollment(), saga.site().studyId(), saga.site().siteId(), saga.attempt().number());
  }

  private List<String> sites() {
    return database.rows(
        "select study_id, site_id, version, active, capacity, taken from capacity.site order by 1, 2");
  }

  /** taken, and how many reservations say that they have a slot. */
  private List<String> balance() {
    return database.rows(
        """
        select s.study_id, s.site_id, s.taken, count(r.*) filter (where r.state = 'reserved')
          from capacity.site s left join capacity.reservation r using (study_id, site_id)
         group by 1, 2, 3
        """);
  }

  private List<String> pending() {
    return database.rows("select enrollment_id, attempt from capacity.pending");
  }
}
