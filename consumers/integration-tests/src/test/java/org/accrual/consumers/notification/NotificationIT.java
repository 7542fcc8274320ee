package org.accrual.consumers.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.accrual.api.notification.v1.GetNotificationRequest;
import org.accrual.api.notification.v1.ListNotificationsRequest;
import org.accrual.api.notification.v1.Notification;
import org.accrual.api.notification.v1.NotificationServiceGrpc;
import org.accrual.api.notification.v1.NotificationServiceGrpc.NotificationServiceBlockingStub;
import org.accrual.api.notification.v1.NotificationState;
import org.accrual.api.notification.v1.Resolution;
import org.accrual.api.notification.v1.ResolveNotificationRequest;
import org.accrual.api.notification.v1.SetContactRequest;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.ConsistencyToken;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** From topics to a mail server and a gateway, with the server away and the process killed. */
class NotificationIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();

  @AfterEach
  void close() {
    readSide.close();
  }

  @Tag("faults")
  @Test
  void whileTheServerIsAwayTheBreakerOpensNothingIsLostAndOthersGoOn() {
    try (MailServer mails = new MailServer(_ -> {});
        GatewayServer texts = new GatewayServer()) {
      ConsumersProcess process =
          start(
                  mails.port,
                  Map.of(
                      "accrual.consumers.enabled", "notification,analytics",
                      "accrual.notification.text.url", texts.url(),
                      "accrual.notification.longest-pause", "1s"))
              .awaitReady();
      List<EnrollmentStory> stories =
          IntStream.range(0, 20).mapToObj(_ -> EnrollmentStory.onStudy("study", "site")).toList();
      EnrollmentStory unreachable = EnrollmentStory.onStudy("study", "site");
      stories.forEach(
          story -> setContact(process, story.patient, story.id + "@example.org", "+43123456789"));
      for (int time = 0; time < 3; time++) {
        stories.forEach(story -> story.write(writer));
        unreachable.write(writer);
      }
      writer.flush();

      // Events are taken in, texts go out, analytics counts: only the mails wait.
      awaitRows("select enrollments from analytics.standing where state = 'on-study'", "21");
      awaitRows(
          "select channel, state, reason, count(*) from notification.message"
              + " where state in ('sent', 'skipped') group by 1, 2, 3 order by 1, 2",
          "email|skipped|NO_CONTACT|1",
          "text|sent|null|20",
          "text|skipped|NO_CONTACT|1");
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(process.body("/metrics"))
                      .containsPattern(
                          "ft_circuitbreaker_calls_total\\{[^}]*circuitBreakerOpen[^}]*Mailer[^}]*\\} [1-9]"));
      assertThat(process.status("/health/ready")).isEqualTo(200);
      assertThat(
              count(
                  "select count(*) from notification.message where state = 'sent' and channel = 'email'"))
          .isZero();

      mails.start();

      awaitRows(
          "select state, doubts, count(*) from notification.message where channel = 'email'"
              + " group by 1, 2 order by 1",
          "sent|0|20",
          "skipped|0|1");
      assertThat(mails.messageIds())
          .containsExactlyInAnyOrderElementsOf(
              readSide.rows(
                  "select message_id from notification.message"
                      + " where channel = 'email' and state = 'sent'"));
      assertThat(texts.requests).hasSize(20);
      assertThat(
              readSide.rows(
                  "select message_id from notification.message where channel = 'email' and message_id <> '<' || event_id || '.email@example.org>'"))
          .isEmpty();
      contactsAreNowhereInTheClear(stories.getFirst());
      serves(process, stories.getFirst(), unreachable);
    }
  }

  @Tag("faults")
  @Test
  void killedBetweenAcceptanceAndRecordItIsInDoubtAndSentAgainUnderTheSameId() throws Exception {
    CountDownLatch accepted = new CountDownLatch(1);
    CountDownLatch killed = new CountDownLatch(1);
    try (MailServer mails =
        new MailServer(
                _ -> {
                  accepted.countDown();
                  awaitLatch(killed);
                })
            .start()) {
      Map<String, String> settings =
          Map.of(
              "accrual.notification.lease",
              "6s",
              Mailer.class.getName() + "/carry/Timeout/value",
              "5000",
              TextGateway.class.getName() + "/carry/Timeout/value",
              "5000");
      ConsumersProcess process = start(mails.port, settings).awaitReady();
      EnrollmentStory story = EnrollmentStory.onStudy("study", "site");
      setContact(process, story.patient, "ada@example.org", "");
      story.write(writer);
      writer.flush();
      // The server has the mail; its answer never reaches the process.
      assertThat(accepted.await(90, TimeUnit.SECONDS)).isTrue();
      process.kill();
      killed.countDown();
      assertThat(emails()).isEqualTo("sending|1|0");

      process = start(mails.port, with(settings, "accrual.notification.in-doubt", "hold"));
      awaitRows(
          "select state, attempts, doubts from notification.message where channel = 'email'",
          "in-doubt|1|1");
      process.awaitReady();
      Notification held = list(process).getFirst();
      assertThat(held.getState()).isEqualTo(NotificationState.NOTIFICATION_STATE_IN_DOUBT);
      assertThat(held.hasDueTime()).isFalse();
      assertThat(process.log()).contains("is in doubt", held.getMessageId(), "ResolveNotification");
      assertThat(mails.messageIds()).containsExactly(held.getMessageId());

      Notification resolved =
          stub(process)
              .resolveNotification(
                  ResolveNotificationRequest.newBuilder()
                      .setNotificationId(held.getNotificationId())
                      .setResolution(Resolution.RESOLUTION_SEND)
                      .setReason("the patient has nothing")
                      .setResolvedBy("olga")
                      .build())
              .getNotification();
      assertThat(resolved.getDoubts()).isEqualTo(1);
      awaitRows(
          "select state, attempts, doubts from notification.message where channel = 'email'",
          "sent|2|1");
      assertThat(mails.messageIds()).containsExactly(held.getMessageId(), held.getMessageId());
    }
  }

  private void contactsAreNowhereInTheClear(EnrollmentStory story) {
    assertThat(
            readSide.rows(
                "select count(*) from notification.contact where position('"
                    + story.id
                    + "'::bytea in email) > 0 or position('+43123'::bytea in phone) > 0"))
        .containsExactly("0");
    assertThat(readSide.logs()).doesNotContain("@example.org>,", story.id + "@example.org");
  }

  private void serves(ConsumersProcess process, EnrollmentStory told, EnrollmentStory unreachable) {
    List<Notification> ofOne =
        stub(process)
            .listNotifications(
                ListNotificationsRequest.newBuilder()
                    .setEnrollmentId(told.id)
                    .setMinConsistencyToken(
                        new ConsistencyToken("enrollment", told.id, 5).encoded())
                    .build())
            .getNotificationsList();
    assertThat(ofOne)
        .hasSize(2)
        .allSatisfy(
            each -> {
              assertThat(each.getState()).isEqualTo(NotificationState.NOTIFICATION_STATE_SENT);
              assertThat(each.hasSentTime()).isTrue();
              assertThat(each.getReceipt()).isNotEmpty();
            });
    List<Notification> skipped = new ArrayList<>();
    String token = "";
    do {
      var page =
          stub(process)
              .listNotifications(
                  ListNotificationsRequest.newBuilder()
                      .setState(NotificationState.NOTIFICATION_STATE_SKIPPED)
                      .setPageSize(1)
                      .setPageToken(token)
                      .build());
      skipped.addAll(page.getNotificationsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(skipped)
        .hasSize(2)
        .allSatisfy(
            each -> {
              assertThat(each.getEnrollmentId()).isEqualTo(unreachable.id);
              assertThat(each.getReason()).isEqualTo("NO_CONTACT");
            });
    assertThatThrownBy(() -> setContact(process, "ada", "not an address", ""))
        .hasMessageContaining("INVALID_ARGUMENT");
    assertThatThrownBy(() -> setContact(process, "ada", "", "0123"))
        .hasMessageContaining("INVALID_ARGUMENT");
    assertThatThrownBy(() -> setContact(process, "ada", "", ""))
        .hasMessageContaining("EraseContact");
    assertThatThrownBy(
            () ->
                stub(process)
                    .getNotification(
                        GetNotificationRequest.newBuilder()
                            .setNotificationId("0199c0de-0000-7000-8000-000000000001")
                            .build()))
        .hasMessageContaining("NOT_FOUND");
  }

  private ConsumersProcess start(int smtpPort, Map<String, String> further) {
    return readSide.start(NotificationFixtures.settings(smtpPort, further));
  }

  private static Map<String, String> with(Map<String, String> settings, String key, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(key, value);
    return more;
  }

  private static void setContact(
      ConsumersProcess process, String patient, String email, String phone) {
    var _ =
        stub(process)
            .setContact(
                SetContactRequest.newBuilder()
                    .setStudyId("study")
                    .setPatientId(patient)
                    .setEmail(email)
                    .setPhone(phone)
                    .build());
  }

  private static List<Notification> list(ConsumersProcess process) {
    return stub(process)
        .listNotifications(ListNotificationsRequest.getDefaultInstance())
        .getNotificationsList();
  }

  private static NotificationServiceBlockingStub stub(ConsumersProcess process) {
    return NotificationServiceGrpc.newBlockingStub(process.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private String emails() {
    return readSide
        .rows("select state, attempts, doubts from notification.message where channel = 'email'")
        .getFirst();
  }

  private void awaitRows(String sql, String... rows) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(readSide.rows(sql)).containsExactly(rows));
  }

  private long count(String sql) {
    return Long.parseLong(readSide.rows(sql).getFirst());
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(90, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
