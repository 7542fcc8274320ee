package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The mail server is away for a minute while patients are enrolled: only the mails wait. */
@Tag("faults")
class MailOutageIT {
  private static final Duration AWAY = Duration.ofMinutes(1);
  private static final int PATIENTS = 60;
  private static final String OPEN_BREAKER =
      "ft_circuitbreaker_calls_total\\{[^}]*circuitBreakerOpen[^}]*Mailer[^}]*\\} [1-9]";

  private final ThreeConsumers consumers = new ThreeConsumers();
  private final TestStack stack = consumers.stack();
  private final String study =
      "AWAY-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @AfterEach
  void close() {
    consumers.close();
  }

  @Test
  void onlyTheMailsWait() throws Exception {
    try (SiteClient client = stack.client();
        Enrolling enrolling = new Enrolling(client, study, PATIENTS)) {
      Map<String, Integer> before = consumers.mails();
      consumers.mailServer(false);
      long back = System.nanoTime() + AWAY.toNanos();
      int onStudy = enrolling.start(1).get(5, TimeUnit.MINUTES);
      assertThat(onStudy).isEqualTo(PATIENTS);

      // The other consumers have all of it, and no mail is lost or called sent, still without one.
      await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertOthers(onStudy));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> assertThat(stack.consumersHttp("/metrics")).containsPattern(OPEN_BREAKER));
      // The length of the outage, not a wait for a condition.
      LockSupport.parkNanos(back - System.nanoTime());
      int reachable = onStudy - onStudy / Enrolling.UNREACHABLE;
      assertThat(messages())
          .containsExactlyInAnyOrder(
              "skipped|0|" + (onStudy - reachable), "waiting|0|" + reachable);
      assertThat(consumers.mails()).isEqualTo(before);

      consumers.mailServer(true);

      await("the mails to go out")
          .atMost(Duration.ofMinutes(2))
          .untilAsserted(
              () ->
                  assertThat(messages())
                      .containsExactlyInAnyOrder(
                          "skipped|0|" + (onStudy - reachable), "sent|0|" + reachable));
      Map<String, Integer> caught = consumers.mails();
      caught.keySet().removeAll(before.keySet());
      assertThat(caught)
          .hasSize(reachable)
          .allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
      System.out.println(
          "%d mails waited for %s and went out once each".formatted(reachable, AWAY));
    }
  }

  private void assertOthers(int onStudy) {
    String all = Integer.toString(onStudy);
    assertThat(
            stack
                .evidence()
                .rows(
                    """
                    select (select count(*) from projection.enrollment where study_id = ? and state = 'on-study'),
                           (select sum(enrollments) from analytics.standing where study_id = ? and state = 'on-study'),
                           (select count(*) from audit.entry
                             where study_id = ? and type = 'accrual.enrollment.confirmed.v1')
                    """,
                    study,
                    study,
                    study))
        .containsExactly(all + "|" + all + "|" + all);
  }

  private List<String> messages() {
    return stack
        .evidence()
        .rows(
            """
            select case when state in ('intended', 'sending') then 'waiting' else state end as now,
                   sum(doubts), count(*)
              from notification.message where study_id = ? and channel = 'email' group by 1
            """,
            study);
  }
}
