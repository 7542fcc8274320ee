package org.accrual.consumers.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.consumers.ExpectedEnrollment;
import org.accrual.consumers.Messages;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.consumers.projection.EventExamples;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.study.StudyRegistered;
import org.accrual.intake.Message;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every event type of enrollments, sites and studies, and what analytics must count after it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalyticsRowsIT {
  private static final Instant START = Instant.parse("2026-03-04T05:06:00Z");

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final Analytics analytics = new Analytics("analytics");

  @AfterAll
  void close() {
    database.close();
  }

  @Test
  void everyTypeOfAnEnrollmentHasItsExpectedRow() {
    assertThat(
            ExpectedEnrollment.all().stream()
                .map(ExpectedEnrollment::type)
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(
            EventSchemas.current().keySet().stream()
                .filter(type -> type.startsWith("accrual.enrollment."))
                .toList());
  }

  @TestFactory
  Stream<DynamicTest> anEnrollmentsEventsLeadToItsRowAndItsCount() {
    return ExpectedEnrollment.all().stream()
        .map(expected -> dynamicTest(expected.title(), () -> assertRows(expected)));
  }

  /** Each batch adds up to the same counts as single events. */
  @Test
  void theStandingIsWhatTheExpectedStatesAddUpTo() {
    List<ExpectedEnrollment> all = ExpectedEnrollment.all();
    Map<String, Integer> states = new TreeMap<>();
    List<Message> batch = new ArrayList<>();
    for (ExpectedEnrollment expected : all) {
      states.merge(expected.analytics().split("\\|", 2)[0], 1, Integer::sum);
      Messages.of(expected.story(), START).stream()
          .map(message -> at("together", message))
          .forEach(batch::add);
    }
    apply(batch.subList(0, batch.size() / 2));
    apply(batch.subList(batch.size() / 2, batch.size()));

    assertThat(standing("together"))
        .containsExactlyElementsOf(
            states.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).toList());
  }

  @Test
  void studiesAndSitesHaveTheirLatestFacts() {
    apply(
        List.of(
            Messages.of(
                Topics.STUDY_EVENTS,
                "s",
                1,
                START,
                new StudyRegistered(
                    "s",
                    "a title",
                    List.of(),
                    List.of(),
                    12,
                    12,
                    List.of(2),
                    true,
                    false,
                    List.of(),
                    null)),
            site(1, new SiteActivated("s", "a", 5, "Europe/Vienna")),
            site(1, new SiteActivated("s", "b", 5, "Mars/Olympus"))));
    // Types that change nothing here.
    EventSchemas.current()
        .forEach(
            (type, schema) -> {
              if (type.startsWith("accrual.study.")
                  && !type.equals("accrual.study.registered.v1")) {
                apply(
                    List.of(
                        Messages.of(Topics.STUDY_EVENTS, "s", 2, START, EventExamples.of(schema))));
              } else if (type.startsWith("accrual.site.")
                  && !type.equals("accrual.site.activated.v1")) {
                apply(
                    List.of(
                        Messages.of(
                            Topics.SITE_EVENTS, "s/a", 2, START, EventExamples.of(schema))));
              }
            });
    apply(List.of(site(9, new SiteActivated("s", "a", 6, "Asia/Tokyo"))));

    assertThat(database.rows("select * from analytics.study")).containsExactly("s|a title|12");
    assertThat(database.rows("select * from analytics.site order by site_id"))
        .containsExactly("s|a|Asia/Tokyo|Asia/Tokyo", "s|b|Mars/Olympus|UTC");
  }

  private void assertRows(ExpectedEnrollment expected) {
    // A study of its own, so that its counts are this enrollment's alone.
    String study = "study-" + expected.story().id;
    for (Message message : Messages.of(expected.story(), START.plusSeconds(1))) {
      apply(List.of(at(study, message)));
    }

    assertThat(
            database.rows(
                """
                select state, withdrawn_from, %s, %s, %s, %s, %s, version from analytics.enrollment
                 where enrollment_id = '%s' and study_id = '%s' and site_id = 'site'
                """
                    .formatted(
                        place("screened_at"),
                        place("eligible_at"),
                        place("requested_at"),
                        place("accrued_at"),
                        place("left_at"),
                        expected.story().id,
                        study)))
        .containsExactly(expected.analytics());
    assertThat(standing(study)).containsExactly(expected.analytics().split("\\|", 2)[0] + "|1");
  }

  private List<String> standing(String study) {
    return database.rows(
        """
        select state, enrollments from analytics.standing
         where study_id = '%s' and site_id = 'site' and enrollments <> 0 order by 1
        """
            .formatted(study));
  }

  private static Message site(long version, SiteActivated event) {
    String key = event.getStudyId() + "/" + event.getSiteId();
    return Messages.of(Topics.SITE_EVENTS, key, version, START, event);
  }

  private static Message at(String study, Message message) {
    message.body().put(message.body().getSchema().getField("study_id").pos(), study);
    return message;
  }

  private void apply(List<Message> messages) {
    database.apply(analytics, messages.toArray(Message[]::new));
  }

  /** Returns a time as the version of the event that set it. */
  private static String place(String column) {
    return "extract(epoch from %s - timestamptz '%s')::int".formatted(column, START);
  }
}
