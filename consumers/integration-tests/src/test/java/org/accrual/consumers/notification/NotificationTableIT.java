package org.accrual.consumers.notification;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.api.notification.v1.NotificationState;
import org.accrual.api.notification.v1.Resolution;
import org.accrual.consumers.Messages;
import org.accrual.consumers.notification.NotificationFilter.Place;
import org.accrual.consumers.notification.NotificationSettings.InDoubt;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.intake.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is recorded and what becomes of it, on the real tables. */
class NotificationTableIT {
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final NotificationTable table = new NotificationTable(database.source());
  private final ContactTable contacts = new ContactTable(database.source());
  private final Decisions decisions = new Decisions(database.source());

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void oneMessageForEachEventAndChannelHoweverOftenItComes() throws SQLException {
    EnrollmentStory story = confirmed();
    EnrollmentStory other = EnrollmentStory.onStudy("study", "site");
    Message[] messages = Messages.of(other, Instant.now()).toArray(Message[]::new);
    database.apply(welcomes(Map.of("accrual.notification.text.url", "http://gateway")), messages);
    database.apply(welcomes(Map.of("accrual.notification.text.url", "http://gateway")), messages);

    assertThat(
            database.rows(
                "select channel, state, reason, study_id, site_id, patient_id, template"
                    + " from notification.message where enrollment_id = '%s' order by 1"
                        .formatted(story.id)))
        .containsExactly(
            "email|intended|null|study|site|%s|welcome".formatted(story.patient),
            "text|skipped|NO_GATEWAY|study|site|%s|welcome".formatted(story.patient));
    assertThat(
            database.rows(
                "select channel, state, reason, message_id like '%'||event_id||'%'"
                    + " from notification.message where enrollment_id = '"
                    + other.id
                    + "' order by 1"))
        .containsExactly("email|skipped|NO_CONTACT|t", "text|skipped|NO_CONTACT|t");
  }

  @Test
  void anOldEventLeadsToNoMessage() throws SQLException {
    EnrollmentStory old = EnrollmentStory.onStudy("study", "site");
    contact(old.patient);
    database.apply(
        welcomes(Map.of("accrual.notification.max-age", "1d")),
        Messages.of(old, Instant.now().minus(Duration.ofDays(2))).toArray(Message[]::new));

    assertThat(database.rows("select channel, state, reason from notification.message order by 1"))
        .containsExactly("email|skipped|TOO_OLD", "text|skipped|TOO_OLD");
  }

  @Test
  void aContactIsUsedInItsStudyOnly() throws SQLException {
    EnrollmentStory story = EnrollmentStory.onStudy("study", "site");
    contacts.set(new Patient("other", story.patient), new byte[] {1, 2, 3}, null, "nurse");
    database.apply(welcomes(Map.of()), Messages.of(story, Instant.now()).toArray(Message[]::new));

    assertThat(database.rows("select reason from notification.message where channel = 'email'"))
        .containsExactly("NO_CONTACT");
    contact(story.patient);
    database.execute(
        "update notification.message set state = 'intended', reason = null, due_at = now()"
            + " where channel = 'email'");
    contacts.erase(new Patient("study", story.patient), "nurse");
    assertThat(claim()).extracting(Intent::address).containsExactly((byte[]) null);
  }

  @Test
  void nothingThatMayNameAnAddressRemainsOfAnErasedContact() throws SQLException {
    EnrollmentStory story = confirmed();
    record(claim().getFirst(), new Outcome.Refused("550 <ada@example.org> unknown"));

    for (int time = 0; time < 2; time++) {
      contacts.erase(new Patient("study", story.patient), "nurse");
    }

    assertThat(database.rows("select count(*) from notification.contact")).containsExactly("0");
    assertThat(message()).doesNotContain("example.org");
    assertThat(
            database.rows(
                "select study_id, patient_id, erased_by from notification.contact_erasure"))
        .containsExactly("study|%s|nurse".formatted(story.patient));
  }

  @Test
  void whatWasSentIsNotClaimedAgain() throws SQLException {
    confirmed();
    Intent intent = claim().getFirst();
    assertThat(claim()).isEmpty();

    assertThat(record(intent, new Outcome.Sent("250 ok"))).isTrue();

    assertThat(claim()).isEmpty();
    assertThat(message()).isEqualTo("sent|1|0|250 ok|null|null");
  }

  @Test
  void whatWasNotAcceptedIsTriedAgainWhenItIsDue() throws SQLException {
    confirmed();
    record(claim().getFirst(), new Outcome.NotAccepted("busy", Duration.ofHours(1)));
    assertThat(claim()).isEmpty();
    assertThat(message()).startsWith("intended|1|0|null|busy|");

    database.execute("update notification.message set due_at = now() where state = 'intended'");
    Intent again = claim().getFirst();
    assertThat(again.attempts()).isEqualTo(2);
    record(again, new Outcome.Postponed(Duration.ZERO));
    assertThat(message()).startsWith("intended|1|");
  }

  @Test
  void aSenderThatIsNotHeardOfLeavesADoubtAndIsNotListenedToLater() throws SQLException {
    confirmed();
    Intent lost = claim().getFirst();
    assertThat(table.doubtOverdue(InDoubt.RESEND)).isEmpty();
    lapse();

    assertThat(table.doubtOverdue(InDoubt.RESEND))
        .singleElement()
        .satisfies(doubted -> assertThat(doubted.messageId()).isEqualTo(lost.messageId()));
    Intent again = claim().getFirst();
    assertThat(again.messageId()).isEqualTo(lost.messageId());
    assertThat(record(lost, new Outcome.Sent("late"))).isFalse();
    record(again, new Outcome.Sent("250 ok"));

    // That it may have arrived twice is told for ever.
    assertThat(message())
        .isEqualTo("sent|2|1|250 ok|its sender ended before it told what became of it|null");
  }

  @Test
  void whatIsHeldWaitsForAnOperator() throws SQLException {
    confirmed();
    UUID id = claim().getFirst().notificationId();
    lapse();
    table.doubtOverdue(InDoubt.HOLD);
    assertThat(claim()).isEmpty();

    assertThat(decisions.take(id, Resolution.RESOLUTION_SETTLE, "olga", "the patient has it"))
        .hasValueSatisfying(
            after ->
                assertThat(after.getState()).isEqualTo(NotificationState.NOTIFICATION_STATE_SENT));
    assertThat(decisions.take(id, Resolution.RESOLUTION_SEND, "olga", "again")).isEmpty();
    assertThat(database.rows("select decision, decided_by, reason from notification.decision"))
        .containsExactly("settle|olga|the patient has it");
  }

  @Test
  void whatWasSkippedOrRefusedCanBeSentLater() throws SQLException {
    EnrollmentStory story = EnrollmentStory.onStudy("study", "site");
    database.apply(welcomes(Map.of()), Messages.of(story, Instant.now()).toArray(Message[]::new));
    UUID id =
        UUID.fromString(
            database
                .rows("select notification_id from notification.message where channel = 'email'")
                .getFirst());
    contact(story.patient);

    decisions.take(id, Resolution.RESOLUTION_SEND, "olga", "has an address now");
    Intent intent = claim().getFirst();
    assertThat(intent.address()).isNotNull();
    record(intent, new Outcome.Refused("550 no"));
    assertThat(message()).startsWith("refused|1|0|null|550 no");
    decisions.take(id, Resolution.RESOLUTION_SEND, "olga", "mended");
    assertThat(claim()).hasSize(1);
  }

  @Test
  void theDoubtfulAreListedFirstAndPagesGoOn() throws SQLException {
    for (int i = 0; i < 5; i++) {
      confirmed();
    }
    claim();
    database.execute(
        "update notification.message set lease_until = now() - interval '1 s' where notification_id"
            + " = (select notification_id from notification.message where channel = 'email'"
            + " order by 1 limit 1)");
    table.doubtOverdue(InDoubt.HOLD);
    NotificationFilter filter =
        new NotificationFilter("study", "", "", NotificationState.NOTIFICATION_STATE_UNSPECIFIED);
    try (var connection = database.source().getConnection()) {
      var all = NotificationReader.list(connection, filter, Optional.empty(), 100);
      assertThat(all).hasSize(10);
      assertThat(all.getFirst().getState())
          .isEqualTo(NotificationState.NOTIFICATION_STATE_IN_DOUBT);
      assertThat(all.subList(1, 10))
          .extracting("notificationId", String.class)
          .isSortedAccordingTo(java.util.Comparator.reverseOrder());
      for (int after = 0; after < 9; after++) {
        Place place = new Place(after == 0, UUID.fromString(all.get(after).getNotificationId()));
        assertThat(NotificationReader.list(connection, filter, Optional.of(place), 1))
            .containsExactly(all.get(after + 1));
      }
    }
  }

  /** An enrollment with an e-mail address, whose confirmation was taken in. */
  private EnrollmentStory confirmed() throws SQLException {
    EnrollmentStory story = EnrollmentStory.onStudy("study", "site");
    contact(story.patient);
    database.apply(welcomes(Map.of()), Messages.of(story, Instant.now()).toArray(Message[]::new));
    return story;
  }

  private void contact(String patient) throws SQLException {
    contacts.set(new Patient("study", patient), new byte[] {1, 2, 3}, null, "nurse");
  }

  private static Welcomes welcomes(Map<String, String> further) {
    return new Welcomes(
        NotificationFixtures.read(NotificationFixtures.settings(25, further))
            .notification()
            .orElseThrow());
  }

  private List<Intent> claim() throws SQLException {
    return table.claim(Channel.EMAIL, 10, LEASE);
  }

  private boolean record(Intent intent, Outcome outcome) {
    return table.record(intent, outcome, InDoubt.RESEND);
  }

  private void lapse() throws SQLException {
    database.execute(
        "update notification.message set lease_until = now() - interval '1 second'"
            + " where state = 'sending'");
  }

  private String message() {
    return database
        .rows(
            "select state, attempts, doubts, receipt, last_error, due_at from notification.message"
                + " where channel = 'email'")
        .getFirst();
  }
}
