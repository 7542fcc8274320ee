package org.accrual.consumers.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.accrual.consumers.ExpectedEnrollment;
import org.accrual.consumers.Messages;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.site.KitReturned;
import org.accrual.event.site.KitsDestroyed;
import org.accrual.event.site.KitsQuarantined;
import org.accrual.event.site.KitsReceived;
import org.accrual.event.site.ReceivedKit;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.intake.Message;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every event type of enrollments and sites, and the rows it must lead to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProjectionRowsIT {
  private static final Instant START = Instant.parse("2026-03-04T05:06:00Z");
  private static final List<ExpectedEnrollment> ENROLLMENTS = ExpectedEnrollment.all();
  private static final List<ExpectedSite> SITES =
      List.of(
          new ExpectedSite(List.of(activated(50)), "true|50|1|1"),
          new ExpectedSite(List.of(activated(50), capacity(7)), "true|7|2|2"),
          new ExpectedSite(List.of(activated(50), deactivated()), "false|50|2|2"),
          new ExpectedSite(List.of(activated(50), kits()), "true|50|2|2"),
          new ExpectedSite(List.of(activated(50), deactivated(), kits()), "false|50|3|3"),
          new ExpectedSite(
              List.of(
                  activated(50),
                  kits(),
                  new KitsQuarantined("study", "", List.of("kit-1"), "cracked", "nurse")),
              "true|50|3|3"),
          new ExpectedSite(
              List.of(
                  activated(50),
                  kits(),
                  new KitReturned(
                      "study", "", "kit-1", UUID.randomUUID().toString(), "end", "nurse")),
              "true|50|3|3"),
          new ExpectedSite(
              List.of(
                  activated(50),
                  kits(),
                  new KitsDestroyed("study", "", List.of(), "used", "nurse")),
              "true|50|3|3"),
          new ExpectedSite(List.of(activated(50), deactivated(), activated(9)), "true|9|3|3"));

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final Projection projection = new Projection("projection");

  /**
   * @param row active, capacity, version, version at updated_at
   */
  private record ExpectedSite(List<SpecificRecord> events, String row) {}

  @AfterAll
  void close() {
    database.close();
  }

  @Test
  void everyTypeHasItsExpectedRow() {
    TreeSet<String> covered = new TreeSet<>();
    ENROLLMENTS.forEach(expected -> covered.add(expected.type()));
    SITES.forEach(
        expected -> covered.add(EventSchemas.typeOf(expected.events().getLast().getSchema())));

    assertThat(covered)
        .containsExactlyInAnyOrderElementsOf(
            EventSchemas.current().keySet().stream()
                .filter(
                    type ->
                        type.startsWith("accrual.enrollment.") || type.startsWith("accrual.site."))
                .toList());
  }

  @TestFactory
  Stream<DynamicTest> anEnrollmentsEventsLeadToItsRow() {
    return ENROLLMENTS.stream()
        .map(expected -> dynamicTest(expected.title(), () -> assertRows(expected)));
  }

  @TestFactory
  Stream<DynamicTest> aSitesEventsLeadToItsRow() {
    return SITES.stream().map(expected -> dynamicTest(expected.row(), () -> assertRow(expected)));
  }

  private void assertRows(ExpectedEnrollment expected) {
    List<Message> messages = Messages.of(expected.story(), START.plusSeconds(1));
    // Applies the last event alone, to the stored row: every column that it needs must be stored.
    apply(messages.subList(0, messages.size() - 1));
    apply(messages.subList(messages.size() - 1, messages.size()));
    String id = expected.story().id;

    assertThat(
            database.rows(
                """
                select state, withdrawn_from, reason_before, reason, off_study_cause, %s, %s, %s, %s, version
                  from projection.enrollment
                 where enrollment_id = '%s' and study_id = 'study' and site_id = 'site' and patient_id = '%s'
                """
                    .formatted(
                        place("screened_at"),
                        place("requested_at"),
                        place("confirmed_at"),
                        place("updated_at"),
                        id,
                        expected.story().patient)))
        .containsExactly(expected.projection());
    boolean confirmed = messages.stream().anyMatch(m -> m.body() instanceof EnrollmentConfirmed);
    assertThat(
            database.rows(
                "select kit_id, randomization_number from projection.enrollment where enrollment_id = '%s'"
                    .formatted(id)))
        .containsExactly(confirmed ? "kit-1|site-0001" : "null|null");
    List<String> history =
        database.rows(
            """
            select replace(event_type, 'accrual.enrollment.', ''), state, reason, %s
              from projection.enrollment_history where enrollment_id = '%s' order by version
            """
                .formatted(place("recorded_at"), id));
    assertThat(history).hasSameSizeAs(messages).last().isEqualTo(expected.history());
  }

  private void assertRow(ExpectedSite expected) {
    String site = "site-" + SITES.indexOf(expected);
    List<Message> messages = new ArrayList<>();
    for (SpecificRecord event : expected.events()) {
      event.put(event.getSchema().getField("site_id").pos(), site);
      long version = messages.size() + 1L;
      messages.add(
          Messages.of(
              Topics.SITE_EVENTS, "study/" + site, version, START.plusSeconds(version), event));
    }
    messages.forEach(message -> apply(List.of(message)));

    assertThat(
            database.rows(
                """
                select active, capacity, version, %s from projection.site
                 where stream = 'study/%2$s' and study_id = 'study' and site_id = '%2$s' and time_zone = 'UTC'
                """
                    .formatted(place("updated_at"), site)))
        .containsExactly(expected.row().replace("true", "t").replace("false", "f"));
  }

  private void apply(List<Message> messages) {
    database.apply(projection, messages.toArray(Message[]::new));
  }

  /** Returns a time as the version of the event that set it. */
  private static String place(String column) {
    return "extract(epoch from %s - timestamptz '%s')::int".formatted(column, START);
  }

  private static SpecificRecord activated(int capacity) {
    return new SiteActivated("study", "", capacity, "UTC");
  }

  private static SpecificRecord capacity(int capacity) {
    return new SiteCapacityChanged("study", "", capacity);
  }

  private static SpecificRecord deactivated() {
    return new SiteDeactivated("study", "", "an audit");
  }

  private static SpecificRecord kits() {
    ReceivedKit kit = new ReceivedKit("kit-1", ByteBuffer.wrap(new byte[] {1}), "", null);
    return new KitsReceived("study", "", List.of(kit), "pharmacist");
  }
}
