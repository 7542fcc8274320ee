package org.accrual.consumers.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.Topics;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.event.study.StudyActivated;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From topics to tables, with the process stopped, killed and doubled meanwhile. */
class ProjectionIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();

  @AfterEach
  void close() {
    readSide.close();
  }

  @Test
  void buildsEnrollmentsAndSitesThoughEveryRecordComesTenTimes() {
    List<EnrollmentStory> stories = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      stories.add(EnrollmentStory.onStudy("study", "site"));
    }
    stories.add(EnrollmentStory.onStudy("study", "site").withdrawn("moved away", true));
    stories.add(
        new EnrollmentStory("study", "site")
            .screened()
            .consented()
            .assessed(true)
            .requested()
            .rejected("SITE_CAPACITY_EXHAUSTED", false));
    for (int time = 0; time < 10; time++) {
      stories.forEach(story -> story.write(writer));
      String site = "study/site";
      writer.send(
          Topics.SITE_EVENTS, site, 1, new SiteActivated("study", "site", 5, "Europe/Vienna"));
      writer.send(Topics.SITE_EVENTS, site, 2, new SiteCapacityChanged("study", "site", 7));
      writer.send(Topics.SITE_EVENTS, site, 3, new SiteDeactivated("study", "site", "closed"));
      writer.send(Topics.STUDY_EVENTS, "study", 1, new StudyActivated("study"));
    }
    writer.flush();

    ConsumersProcess consumers = readSide.start(Map.of()).awaitReady();

    awaitRows(
        "select state, version, coalesce(reason, '-'), count(*) from projection.enrollment"
            + " group by 1, 2, 3 order by 1, 2",
        "eligible|5|SITE_CAPACITY_EXHAUSTED|1",
        "off-study|7|moved away|1",
        "on-study|5|-|30");
    awaitRows(
        "select study_id, site_id, active, capacity, time_zone, version from projection.site",
        "study|site|f|7|Europe/Vienna|3");
    awaitRows(
        "select topic, count(*), sum(version) from projection.applied group by 1 order by 1",
        "accrual.enrollment.events|32|162",
        "accrual.site.events|1|3",
        "accrual.study.events|1|1");
    int records = 162 + 3 + 1;
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(consumers.body("/metrics"))
                    .containsPattern(metric("accrual_intake_applied_total", records))
                    .containsPattern(metric("accrual_intake_repeats_total", 9 * records))
                    .containsPattern(metric("accrual_intake_lag", 0)));
    assertThat(consumers.stop()).isIn(0, 143);
    assertThat(consumers.log()).contains("STOPPING -> STOPPED");
  }

  @Tag("faults")
  @Test
  void killedInTheMiddleItLosesAndRepeatsNothing() {
    List<EnrollmentStory> stories = new ArrayList<>();
    Map<String, String> smallBatches = Map.of("accrual.intake.batch-size", "20");
    ConsumersProcess consumers = readSide.start(smallBatches).awaitReady();
    for (int round = 1; round <= 2; round++) {
      for (int i = 0; i < 200; i++) {
        stories.add(EnrollmentStory.onStudy("study", "site").write(writer));
      }
      writer.flush();
      int some = (round - 1) * 200 + 1;
      await()
          .atMost(LIMIT)
          .until(() -> count("select count(*) from projection.enrollment") >= some);
      consumers.kill();
      consumers = readSide.start(smallBatches).awaitReady();
    }

    awaitRows(
        "select state, version, count(*) from projection.enrollment group by 1, 2",
        "on-study|5|" + stories.size());
  }

  @Tag("faults")
  @Test
  void twoProcessesShareTheWork() {
    ConsumersProcess one = readSide.start(Map.of());
    ConsumersProcess two = readSide.start(Map.of());
    one.awaitReady();
    two.awaitReady();
    for (int i = 0; i < 200; i++) {
      EnrollmentStory.onStudy("study", "site").write(writer);
    }
    writer.flush();
    one.stop();
    for (int i = 0; i < 200; i++) {
      EnrollmentStory.onStudy("study", "site").write(writer);
    }
    writer.flush();

    awaitRows(
        "select state, version, count(*) from projection.enrollment group by 1, 2",
        "on-study|5|400");
    assertThat(two.body("/metrics"))
        .containsPattern("accrual_intake_applied_total\\{[^}]*\\} [1-9]");
  }

  @Test
  void aGapParksItsStreamUntilTheMissingEventIsThereAndOthersGoOn() {
    EnrollmentStory gappy = EnrollmentStory.onStudy("study", "site");
    writer.send(Topics.ENROLLMENT_EVENTS, gappy.id, 1, gappy.events().get(0));
    writer.send(Topics.ENROLLMENT_EVENTS, gappy.id, 3, gappy.events().get(2));
    writer.flush();
    ConsumersProcess consumers = readSide.start(Map.of());
    awaitRows("select key, place, cause, version from ops.dead_letters", gappy.id + "|1|gap|3");
    assertThat(readSide.rows("select error from ops.dead_letters"))
        .singleElement()
        .asString()
        .contains(gappy.id, "version 3 arrived after version 1");

    for (int i = 0; i < 100; i++) {
      EnrollmentStory.onStudy("other", "site").write(writer);
    }
    writer.flush();
    awaitRows(
        "select study_id, version, count(*) from projection.enrollment group by 1, 2 order by 1",
        "other|5|100",
        "study|1|1");
    consumers.awaitReady();
    assertThat(consumers.body("/metrics"))
        .containsPattern(metric("accrual_intake_parked_total", 1));

    writer.send(Topics.ENROLLMENT_EVENTS, gappy.id, 2, gappy.events().get(1)).flush();

    awaitRows("select version from projection.enrollment where study_id = 'study'", "3");
    awaitRows("select * from ops.dead_letters");
    assertThat(readSide.rows("select who, what from deadletter.history order by place"))
        .containsExactly(
            "intake|parked",
            "intake: the missing event came|redrive-asked",
            "intake: the missing event came|applied");
  }

  @Tag("faults")
  @Test
  void startsWithoutItsDatabaseAndCatchesUp() {
    EnrollmentStory.onStudy("study", "site").write(writer);
    writer.flush();
    readSide.connections(false);
    ConsumersProcess consumers = readSide.start(Map.of());
    await().atMost(LIMIT).until(() -> consumers.body("/health/ready").contains("RETRYING"));
    assertThat(consumers.body("/health/ready")).contains("the database cannot do it now");

    readSide.connections(true);

    consumers.awaitReady();
    awaitRows("select state, version from projection.enrollment", "on-study|5");
  }

  private void awaitRows(String sql, String... rows) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(readSide.rows(sql)).containsExactly(rows));
  }

  private long count(String sql) {
    return Long.parseLong(readSide.rows(sql).getFirst());
  }

  private static String metric(String name, long value) {
    return name + "\\{[^}]*consumer=\"projection\"[^}]*\\} " + value + "\\.0";
  }
}
