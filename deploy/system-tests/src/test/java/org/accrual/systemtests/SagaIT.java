package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.Operation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.accrual.api.enrollment.v1.EnrollmentStage;
import org.accrual.api.enrollment.v1.StageTime;
import org.accrual.api.enrollment.v1.UnblindRequest;
import org.accrual.api.enrollment.v1.UnblindResponse;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.contract.Topics;
import org.junit.jupiter.api.Test;

/** The saga through the real processes: participants, relay, Kafka. */
class SagaIT {
  private final TestStack stack = TestStack.shared();
  private final String study =
      "SAGA-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @Test
  void aConfirmedEnrollmentHasPassedEveryStage() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 3);

      Operation operation = client.enrolled(SiteClient.enroll(study, "S1", "P-1"));

      assertThat(operation.hasResponse()).as(operation.toString()).isTrue();
      assertThat(SiteClient.metadata(operation).getStagesList())
          .extracting(StageTime::getStage)
          .containsExactly(
              EnrollmentStage.ENROLLMENT_STAGE_ACCEPTED,
              EnrollmentStage.ENROLLMENT_STAGE_SLOT_RESERVED,
              EnrollmentStage.ENROLLMENT_STAGE_RANDOMIZED,
              EnrollmentStage.ENROLLMENT_STAGE_KIT_ALLOCATED,
              EnrollmentStage.ENROLLMENT_STAGE_CONFIRMED);
    }
  }

  @Test
  void fiveOfEightGetTheFiveSlotsAndAWithdrawalLetsTheNextIn() throws Exception {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 5);

      List<Operation> ended = enrollAtOnce(client, 8);

      List<Operation> confirmed = ended.stream().filter(Operation::hasResponse).toList();
      assertThat(confirmed).hasSize(5);
      assertThat(ended.stream().filter(Operation::hasError))
          .hasSize(3)
          .allMatch(o -> "SITE_CAPACITY_EXHAUSTED".equals(SiteClient.reason(o)));
      await("slots and kits to balance")
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> balanced(5));

      client
          .enrollments()
          .withdrawPatient(
              WithdrawPatientRequest.newBuilder()
                  .setRequestId("withdraw-" + study)
                  .setEnrollmentId(SiteClient.metadata(confirmed.getFirst()).getEnrollmentId())
                  .setReason("moved away")
                  .setWithdrawnBy("investigator-1")
                  .build());

      // The slot is free once capacity has heard of it; until then a refusal is right.
      await("the next to get the slot")
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  client
                      .enrolled(SiteClient.enroll(study, "S1", "NEXT-" + System.nanoTime()))
                      .hasResponse());
      await("slots and kits to balance")
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> balanced(5));
    }
  }

  @Test
  void aCancelGivesBackWhatWasTakenOrComesTooLate() {
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 3);
      Operation started = client.enrollments().enrollPatient(SiteClient.enroll(study, "S1", "P-1"));
      boolean inTime;
      try {
        client
            .operations()
            .cancelOperation(
                CancelOperationRequest.newBuilder().setName(started.getName()).build());
        inTime = true;
      } catch (StatusRuntimeException tooLate) {
        assertThat(tooLate.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
        inTime = false;
      }

      Operation ended = client.enrolled(SiteClient.enroll(study, "S1", "P-1"));

      assertThat(ended.hasError()).isEqualTo(inTime);
      if (inTime) {
        assertThat(SiteClient.reason(ended)).isEqualTo("CANCELLED");
      }
      int onStudy = inTime ? 0 : 1;
      await("slots and kits to balance")
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> balanced(onStudy));
    }
  }

  @Test
  void nobodyButTheAskerLearnsTheArm() {
    String armA = "ZEBRA" + study.substring(5);
    String armB = "OKAPI" + study.substring(5);
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", 3, armA, armB);
      Operation operation = client.enrolled(SiteClient.enroll(study, "S1", "P-1"));
      assertThat(operation.hasResponse()).as(operation.toString()).isTrue();

      UnblindResponse answer =
          SiteClient.untilAnswered(
              () ->
                  client
                      .enrollments()
                      .unblind(
                          UnblindRequest.newBuilder()
                              .setRequestId("unblind-" + study)
                              .setEnrollmentId(SiteClient.metadata(operation).getEnrollmentId())
                              .setReason("emergency")
                              .setUnblindedBy("physician-1")
                              .build()));

      assertThat(answer.getArmId()).isIn(armA, armB);
      String kit =
          stack
              .evidence()
              .rows(
                  "select kit_id from supply.kit where study_id = ? and enrollment_id is not null",
                  study)
              .getFirst();
      assertThat(client.armOf(study, kit))
          .as("arm of the patient's kit")
          .isEqualTo(answer.getArmId());
      assertThat(tablesWith(armA, armB)).isEmpty();
      assertThat(rowsWith("enrollment.event", "true", armA)).as("the search finds").isTrue();
      assertThat(topicsWith(armA, armB)).isSubsetOf(Topics.STUDY_EVENTS);
      assertThat(stack.logsWith(armA, armB)).isEmpty();
    }
  }

  /**
   * Where the study's design stands, which is public, and which rows of it. Which arm a patient or
   * a kit belongs to stands nowhere.
   */
  private static final Map<String, String> DEFINITIONS =
      Map.of(
          "audit.entry", "topic = 'accrual.study.events'",
          "enrollment.event", "stream_type = 'study'",
          "enrollment.study_head", "true",
          "enrollment.request", "method ~ 'StudyService/[A-Za-z]*(Study|Accrual)'",
          "outbox.message", "aggregatetype = 'study.events'",
          "randomization.study", "true",
          "supply.study", "true");

  private List<String> tablesWith(String... names) {
    List<String> found = new ArrayList<>();
    for (String table :
        stack
            .evidence()
            .rows(
                """
                select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind in ('r', 'p') and not c.relispartition
                   and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                """)) {
      String beyond = "not (" + DEFINITIONS.getOrDefault(table, "false") + ")";
      for (String name : names) {
        if (rowsWith(table, beyond, name)) {
          found.add(table);
        }
      }
    }
    return found;
  }

  private boolean rowsWith(String table, String condition, String name) {
    String hex = HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8));
    return !stack
        .evidence()
        .rows(
            "select 1 from %s t where (%s) and (t::text like ? or t::text like ?) limit 1"
                .formatted(table, condition),
            "%" + name + "%",
            "%" + hex + "%")
        .isEmpty();
  }

  private List<String> topicsWith(String... names) {
    return Stream.of(Topics.EVENT_TOPICS, Topics.COMMAND_TOPICS, Topics.ANSWER_TOPICS)
        .flatMap(List::stream)
        .filter(
            topic ->
                stack.evidence().records(topic).values().stream()
                    .flatMap(List::stream)
                    .map(record -> new String(record.value(), StandardCharsets.ISO_8859_1))
                    .anyMatch(value -> Stream.of(names).anyMatch(value::contains)))
        .toList();
  }

  private List<Operation> enrollAtOnce(SiteClient client, int patients) throws Exception {
    try (ExecutorService clients = Executors.newFixedThreadPool(patients)) {
      List<Future<Operation>> answers = new ArrayList<>();
      for (int i = 0; i < patients; i++) {
        var request = SiteClient.enroll(study, "S1", "P-" + i);
        answers.add(clients.submit(() -> client.enrolled(request)));
      }
      List<Operation> ended = new ArrayList<>();
      for (Future<Operation> answer : answers) {
        ended.add(answer.get(2, TimeUnit.MINUTES));
      }
      return ended;
    }
  }

  private void balanced(int onStudy) {
    stack.balance().check(study, onStudy);
  }
}
