package org.accrual.consumers.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.query.v1.FunnelDay;
import org.accrual.api.query.v1.GetStudyAccrualRequest;
import org.accrual.api.query.v1.StateCount;
import org.accrual.api.query.v1.StudyAccrual;
import org.accrual.api.query.v1.WatchStudyAccrualRequest;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.Topics;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.study.StudyRegistered;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From topics to gRPC answers. */
class AnalyticsIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();

  @AfterEach
  void close() {
    readSide.close();
  }

  @Test
  void countsEachOnceThoughAllComesThreeTimesAndTheProcessIsKilled() {
    List<EnrollmentStory> stories = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      stories.add(EnrollmentStory.onStudy("study", "site-" + i % 2));
    }
    stories.forEach(story -> story.write(writer));
    writer.flush();
    ConsumersProcess process = start();
    await()
        .atMost(LIMIT)
        .until(() -> !readSide.rows("select 1 from analytics.enrollment limit 1").isEmpty());
    process.kill();
    for (int time = 0; time < 2; time++) {
      stories.forEach(story -> story.write(writer));
      writer.send(
          Topics.STUDY_EVENTS,
          "study",
          1,
          new StudyRegistered(
              "study",
              "title",
              List.of(),
              List.of(),
              400,
              400,
              List.of(2),
              true,
              false,
              List.of(),
              null));
      writer.send(
          Topics.SITE_EVENTS,
          "study/site-0",
          1,
          new SiteActivated("study", "site-0", 500, "Pacific/Auckland"));
    }
    EnrollmentStory left = EnrollmentStory.onStudy("study", "site-0").withdrawn("moved", true);
    Instant moment = Instant.now();
    left.write(writer);
    writer.flush();
    process = start().awaitReady();

    for (EnrollmentStory story : stories) {
      get(process, new ConsistencyToken("enrollment", story.id, 5));
    }
    get(process, new ConsistencyToken("study", "study", 1));
    get(process, new ConsistencyToken("site", "study/site-0", 1));
    StudyAccrual accrual = get(process, new ConsistencyToken("enrollment", left.id, 6));

    assertThat(accrual.getTarget()).isEqualTo(400);
    assertThat(accrual.getEnrolled()).isEqualTo(300);
    assertThat(accrual.getAccrued()).isEqualTo(301);
    assertThat(accrual.getStatesList())
        .containsExactly(
            count(EnrollmentState.ENROLLMENT_STATE_ON_STUDY, 300),
            count(EnrollmentState.ENROLLMENT_STATE_OFF_STUDY, 1));
    assertThat(accrual.getSitesList()).extracting("siteId").containsExactly("site-0", "site-1");
    assertThat(accrual.getSites(0).getAccrued()).isEqualTo(151);
    String day = moment.atZone(ZoneId.of("Pacific/Auckland")).toLocalDate().toString();
    assertThat(accrual.getDaysList())
        .filteredOn(each -> each.getSiteId().equals("site-0"))
        .extracting(FunnelDay::getDay)
        .contains(day);
    assertThat(accrual.getDaysList().stream().mapToLong(FunnelDay::getAccrued).sum())
        .isEqualTo(301);
    assertThat(accrual.getParked()).isZero();
    watchesAChange(process);
    countsWhatStandsParked(process);
    refusals(process);
  }

  private void watchesAChange(ConsumersProcess process) {
    Iterator<StudyAccrual> watched =
        process
            .queries()
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .watchStudyAccrual(WatchStudyAccrualRequest.newBuilder().setStudyId("study").build());
    assertThat(watched.next().getEnrolled()).isEqualTo(300);

    EnrollmentStory.onStudy("study", "site-1").write(writer);
    writer.flush();

    StudyAccrual seen = watched.next();
    while (seen.getEnrolled() < 301) {
      seen = watched.next();
    }
    assertThat(seen.getAccrued()).isEqualTo(302);
  }

  /** An event after a gap parks its enrollment in analytics, and it is said so. */
  private void countsWhatStandsParked(ConsumersProcess process) {
    EnrollmentStory gappy = EnrollmentStory.onStudy("study", "site-1");
    writer.send(Topics.ENROLLMENT_EVENTS, gappy.id, 1, gappy.events().get(0));
    writer.send(Topics.ENROLLMENT_EVENTS, gappy.id, 3, gappy.events().get(2));
    writer.flush();

    await()
        .atMost(LIMIT)
        .until(() -> process.queries().getStudyAccrual(request("study").build()).getParked() == 1);
  }

  private void refusals(ConsumersProcess process) {
    assertThatThrownBy(
            () -> process.queries().getStudyAccrual(request("unheard-of").clearLastDay().build()))
        .hasMessageContaining("INVALID_ARGUMENT");
    assertThatThrownBy(() -> process.queries().getStudyAccrual(request("unheard-of").build()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND")
        .hasMessageContaining("unheard-of");
  }

  private ConsumersProcess start() {
    return readSide.start(Map.of("accrual.consumers.enabled", "analytics"));
  }

  private static StudyAccrual get(ConsumersProcess process, ConsistencyToken token) {
    return process
        .queries()
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .getStudyAccrual(request("study").setMinConsistencyToken(token.encoded()).build());
  }

  private static GetStudyAccrualRequest.Builder request(String study) {
    Instant now = Instant.now();
    return GetStudyAccrualRequest.newBuilder()
        .setStudyId(study)
        .setFirstDay(now.minus(Duration.ofDays(2)).toString().substring(0, 10))
        .setLastDay(now.plus(Duration.ofDays(2)).toString().substring(0, 10));
  }

  private static StateCount count(EnrollmentState state, long enrollments) {
    return StateCount.newBuilder().setState(state).setEnrollments(enrollments).build();
  }
}
