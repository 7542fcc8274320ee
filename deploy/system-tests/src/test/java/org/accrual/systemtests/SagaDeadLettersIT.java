package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.accrual.api.ops.v1.DeadLetter;
import org.accrual.api.ops.v1.DeadLetterCause;
import org.accrual.api.ops.v1.DeadLetterFilter;
import org.accrual.api.ops.v1.DeadLetterServiceGrpc;
import org.accrual.api.ops.v1.DeadLetterServiceGrpc.DeadLetterServiceBlockingStub;
import org.accrual.api.ops.v1.DiscardRequest;
import org.accrual.api.ops.v1.GetDeadLetterRequest;
import org.accrual.api.ops.v1.ListDeadLettersRequest;
import org.accrual.api.ops.v1.Redrive;
import org.accrual.api.ops.v1.RedriveRequest;
import org.accrual.api.ops.v1.RedriveResponse;
import org.accrual.api.ops.v1.WatchRedriveRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A saga's dead letters")
class SagaDeadLettersIT {
  private static final String SAGA = "enrollment-core-saga";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final TestStack stack = TestStack.shared();
  private final String study =
      "ANSWER-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);
  private final String site = study + "/S1";

  @Test
  @DisplayName("A bad answer is parked alone, is shown and discarded; its site continues meanwhile")
  void aBadAnswerParksAlone() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 3);
      // As a faulty participant would: outbox.publish refuses to publish for one.
      stack
          .evidence()
          .rows(
              """
              insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
              select id, 'capacity.events', ?, 'accrual.capacity.slot-reserved.v1',
                     convert_to(jsonb_build_object('enrollment_id', 'nobody', 'study_id', ?::text, 'site_id', 'S1',
                                                   'attempt', 1)::text, 'UTF8'),
                     jsonb_build_object('ce_correlationid', id::text, 'datacontenttype', 'application/json')
                from uuidv7() id
              returning id
              """,
              site,
              study);
      await().atMost(LIMIT).until(() -> letters(client, SAGA).size() == 1);

      assertThat(client.enrolled(SiteClient.enroll(study, "S1", "P-1")).hasResponse()).isTrue();
      List<DeadLetter> parked = letters(client, SAGA);
      assertThat(parked)
          .extracting(DeadLetter::getCause)
          .containsExactly(DeadLetterCause.DEAD_LETTER_CAUSE_POISON);
      DeadLetter bad = parked.getFirst();
      assertThat(bad.getError()).contains("Invalid UUID string: nobody");
      var whole =
          dead(client)
              .getDeadLetter(
                  GetDeadLetterRequest.newBuilder().setLetterId(bad.getLetterId()).build());
      assertThat(whole.getPayloadJson()).contains("nobody", study);
      Redrive inVain = redriven(client, SAGA);
      assertThat(inVain.getFailed()).isEqualTo(1);
      assertThat(inVain.getHeld()).isZero();

      discard(client, SAGA);

      // The audit trail could not process it either.
      await().atMost(LIMIT).until(() -> letters(client, "audit").size() == 1);
      discard(client, "audit");
      assertThat(
              stack
                  .evidence()
                  .rows(
                      "select count(*) > 0, max(lag) < 100 from ops.consumer_lag where consumer = ?",
                      SAGA))
          .containsExactly("t|t");
    }
  }

  private void discard(SiteClient client, String consumer) {
    var _ =
        dead(client)
            .discard(
                DiscardRequest.newBuilder()
                    .setLetterId(letters(client, consumer).getFirst().getLetterId())
                    .setReason("an answer without a question")
                    .build());
    assertThat(letters(client, consumer)).isEmpty();
  }

  /** Redrives everything, and returns the run as it is at its end. */
  private Redrive redriven(SiteClient client, String consumer) {
    RedriveResponse preview =
        dead(client)
            .redrive(
                RedriveRequest.newBuilder().setDryRun(true).setFilter(filter(consumer)).build());
    RedriveResponse begun =
        dead(client)
            .redrive(
                RedriveRequest.newBuilder()
                    .setRequestId("redrive-" + System.nanoTime())
                    .setPreviewToken(preview.getPreviewToken())
                    .build());
    Redrive[] last = new Redrive[1];
    dead(client)
        .watchRedrive(WatchRedriveRequest.newBuilder().setRedriveId(begun.getRedriveId()).build())
        .forEachRemaining(told -> last[0] = told.getRedrive());
    return last[0];
  }

  private List<DeadLetter> letters(SiteClient client, String consumer) {
    return dead(client)
        .listDeadLetters(ListDeadLettersRequest.newBuilder().setFilter(filter(consumer)).build())
        .getLettersList();
  }

  private DeadLetterFilter filter(String consumer) {
    return DeadLetterFilter.newBuilder().setConsumer(consumer).setKey(site).build();
  }

  private static DeadLetterServiceBlockingStub dead(SiteClient client) {
    return DeadLetterServiceGrpc.newBlockingStub(client.consumers())
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }
}
