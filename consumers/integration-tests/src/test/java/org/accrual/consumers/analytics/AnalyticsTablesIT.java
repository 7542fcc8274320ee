package org.accrual.consumers.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.accrual.consumers.Messages;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.contract.Topics;
import org.accrual.event.enrollment.FollowUpStarted;
import org.accrual.event.enrollment.TakenOffStudy;
import org.accrual.event.enrollment.WithdrawalReversed;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.study.StudyRegistered;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.Seeds;
import org.accrual.intake.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches on the real tables. */
class AnalyticsTablesIT {
  private static final Instant LATE = Instant.parse("2026-03-04T23:30:00Z");

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final Analytics analytics = new Analytics("analytics");

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whateverTheBatchesTheStandingIsTheCountOfTheEnrollments() {
    long seed = Seeds.of(AnalyticsTablesIT.class);
    Random random = new Random(seed);
    List<Deque<Message>> streams = new ArrayList<>();
    IntStream.range(0, 60)
        .mapToObj(i -> story(random, "study-" + i % 2, "site-" + i % 3))
        .forEach(story -> streams.add(new ArrayDeque<>(Messages.of(story, LATE))));
    while (!streams.isEmpty()) {
      List<Message> batch = new ArrayList<>();
      int size = 1 + random.nextInt(40);
      while (batch.size() < size && !streams.isEmpty()) {
        Deque<Message> stream = streams.get(random.nextInt(streams.size()));
        batch.add(stream.remove());
        streams.removeIf(Deque::isEmpty);
      }
      apply(batch);
      assertThat(
              database.rows(
                  "select study_id, site_id, state, enrollments from analytics.standing"
                      + " where enrollments <> 0 order by 1, 2, 3"))
          .as("seed %d", seed)
          .isEqualTo(
              database.rows(
                  "select study_id, site_id, state, count(*) from analytics.enrollment"
                      + " group by 1, 2, 3 order by 1, 2, 3"));
    }
    assertThat(database.rows("select count(*) from analytics.enrollment")).containsExactly("60");
  }

  @Test
  void daysAreTheSitesWheneverItsTimeZoneIsHeardOf() {
    EnrollmentStory story = EnrollmentStory.onStudy("study", "vienna");
    apply(Messages.of(story, LATE));
    assertThat(days()).containsExactly("vienna|2026-03-04|1|1|1|1|0");

    apply(
        List.of(
            Messages.of(
                Topics.SITE_EVENTS,
                "study/vienna",
                1,
                LATE,
                new SiteActivated("study", "vienna", 5, "Europe/Vienna")),
            Messages.of(
                Topics.SITE_EVENTS,
                "study/odd",
                1,
                LATE,
                new SiteActivated("study", "odd", 5, "Mars/Olympus"))));
    apply(Messages.of(EnrollmentStory.onStudy("study", "odd"), LATE));

    assertThat(days()).containsExactly("odd|2026-03-04|1|1|1|1|0", "vienna|2026-03-05|1|1|1|1|0");
  }

  @Test
  void accrualIsSetAgainstTheTarget() {
    apply(
        List.of(
            Messages.of(
                Topics.STUDY_EVENTS,
                "study",
                1,
                LATE,
                new StudyRegistered(
                    "study",
                    "a title",
                    List.of(),
                    List.of(),
                    12,
                    12,
                    List.of(2),
                    true,
                    false,
                    List.of(),
                    null))));
    apply(Messages.of(EnrollmentStory.onStudy("study", "site"), LATE));
    apply(Messages.of(EnrollmentStory.onStudy("study", "site").withdrawn("moved", true), LATE));
    apply(Messages.of(new EnrollmentStory("study", "site").screened(), LATE));

    assertThat(database.rows("select * from analytics.accrual"))
        .containsExactly("study|a title|12|1|2|3");
  }

  @Test
  void theRoleReachesItsOwnSchemaOnly() throws SQLException {
    assertThatThrownBy(
            () -> database.execute("set local role accrual_analytics; select from projection.site"))
        .hasMessageContaining("permission denied");
    assertThatThrownBy(
            () -> database.execute("set local role accrual_analytics; delete from analytics.study"))
        .hasMessageContaining("permission denied");
    database.execute("set local role accrual_analytics; select from analytics.standing");
  }

  private void apply(List<Message> messages) {
    database.apply(analytics, messages.toArray(Message[]::new));
  }

  private List<String> days() {
    return database.rows(
        "select site_id, day, screened, eligible, requested, accrued, left_study"
            + " from analytics.funnel_by_day order by 1, 2");
  }

  private static EnrollmentStory story(Random random, String study, String site) {
    EnrollmentStory story = new EnrollmentStory(study, site).screened();
    return switch (random.nextInt(6)) {
      case 0 -> story.assessed(false);
      case 1 -> story.consented().assessed(true).requested().rejected("X", random.nextBoolean());
      case 2 -> story.withdrawn("moved", false).with(reversed(story)).assessed(true);
      case 3 -> EnrollmentStory.onStudy(study, site).withdrawn("moved", true);
      case 4 -> {
        EnrollmentStory done = EnrollmentStory.onStudy(study, site);
        yield done.with(new FollowUpStarted(done.id, study, site, done.patient, "nurse"))
            .with(
                new TakenOffStudy(
                    done.id, study, site, done.patient, "done", "nurse", "COMPLETED"));
      }
      default -> EnrollmentStory.onStudy(study, site);
    };
  }

  private static WithdrawalReversed reversed(EnrollmentStory story) {
    return new WithdrawalReversed(
        story.id, story.study, story.site, story.patient, "a mistake", "nurse");
  }
}
