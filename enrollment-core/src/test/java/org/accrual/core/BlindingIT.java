package org.accrual.core;

import static org.accrual.core.Client.detail;
import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.accrual.core.Client.metadata;
import static org.accrual.core.Client.requestId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.Operation;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.UnblindRequest;
import org.accrual.api.enrollment.v1.UnblindResponse;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.DestroyKitsRequest;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.QuarantineKitsRequest;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.ReceiveKitsResponse;
import org.accrual.api.study.v1.ReturnKitRequest;
import org.accrual.event.site.KitsReceived;
import org.accrual.event.site.ReceivedKit;
import org.accrual.runtime.blinding.SealBroken;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Arms come in with kits and go out by Unblind, and are nowhere in between. */
class BlindingIT {
  private static final String PLANTED = "planted-arm-7f3a";
  private static RunningCore core;
  private static Client client;
  private static StoredFixtures stored;

  @BeforeAll
  static void start() {
    core =
        RunningCore.start(RunningCore.migratedDatabase(), Map.of("accrual.unblinding.wait", "5s"));
    client = new Client(core.channel());
    stored = new StoredFixtures(core.jdbcUrl());
  }

  @AfterAll
  static void stop() {
    core.close();
  }

  private static ReceiveKitsRequest.Builder kits(String study, String... kitsAndArms) {
    ReceiveKitsRequest.Builder request =
        ReceiveKitsRequest.newBuilder().setRequestId(requestId()).setStudyId(study).setSiteId("V1");
    for (int i = 0; i < kitsAndArms.length; i += 2) {
      request.addKits(Kit.newBuilder().setKitId(kitsAndArms[i]).setArmId(kitsAndArms[i + 1]));
    }
    return request;
  }

  private static void assertRefused(ReceiveKitsRequest request, String reason) {
    StoredContent before = stored.everything();
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> client.studies.receiveKits(request));
    assertThat(error.getStatus().getCode())
        .isIn(Code.FAILED_PRECONDITION, Code.NOT_FOUND, Code.INVALID_ARGUMENT);
    assertThat(info(error).getReason()).isEqualTo(reason);
    assertThat(StatusProto.fromThrowable(error).toString()).doesNotContain(PLANTED);
    assertThat(stored.everything()).isEqualTo(before);
  }

  @Test
  void kitsAreSealedForThemAloneAndForTheHoldersOfTheKey() throws Exception {
    String study = client.openStudy(5);
    ReceiveKitsResponse received =
        client.studies.receiveKits(kits(study, "K1", "A", "K2", "A").build());
    assertThat(received.getSite().getVersion()).isEqualTo(2);
    byte[] payload =
        HexFormat.of()
            .parseHex(
                stored
                    .texts(
                        """
                        select encode(payload, 'hex') from enrollment.event
                         where stream_id = ? and version = 2
                        """,
                        study + "/V1")
                    .getFirst());
    KitsReceived event =
        new SpecificDatumReader<KitsReceived>(KitsReceived.getClassSchema())
            .read(null, DecoderFactory.get().binaryDecoder(payload, null));
    assertThat(event.getKits()).extracting(ReceivedKit::getKitId).containsExactly("K1", "K2");
    byte[] first = bytes(event.getKits().get(0));
    assertThat(first).as("no two seals are alike").isNotEqualTo(bytes(event.getKits().get(1)));
    String context = "kit:%s/V1/K1".formatted(study);
    assertThat(CoreFixtures.unseal().open(first, context)).isEqualTo("A");
    Assertions.assertThatThrownBy(
            () -> CoreFixtures.unseal().open(first, "kit:%s/V1/K2".formatted(study)))
        .isInstanceOf(SealBroken.class);
  }

  private static byte[] bytes(ReceivedKit kit) {
    byte[] bytes = new byte[kit.getSealedArm().remaining()];
    kit.getSealedArm().duplicate().get(bytes);
    return bytes;
  }

  @Test
  void aKitComesOnceToAStudyAndIsOfOneOfItsArms() {
    String study = client.openStudy(5);
    client.activateSite(study, "V2", 5);
    client.studies.receiveKits(kits(study, "K1", "A").build());
    assertRefused(kits(study, "K2", "B", "K1", "A").build(), "KIT_KNOWN");
    assertRefused(kits(study, "K1", "A").setSiteId("V2").build(), "KIT_KNOWN");
    assertRefused(kits(study, "K3", PLANTED).build(), "ARM_UNKNOWN");
    assertRefused(kits(study, "K3", "A").setSiteId("V9").build(), "SITE_NOT_FOUND");
    assertRefused(kits(study, "K3", "A", "K3", "B").build(), "INVALID_ARGUMENT");
    assertRefused(kits(study).build(), "INVALID_ARGUMENT");
    Kit.Builder noDate = Kit.newBuilder().setKitId("K3").setArmId("A").setExpiryDate("2027-02-30");
    assertRefused(kits(study).addKits(noDate).build(), "INVALID_ARGUMENT");
  }

  @Test
  @DisplayName("A kit is quarantined, corrected, returned by its patient and destroyed for good")
  void aKitsStates() {
    String study = client.openStudy(5);
    client.studies.receiveKits(
        kits(study, "K1", "A")
            .addKits(
                Kit.newBuilder()
                    .setKitId("K2")
                    .setArmId("A")
                    .setLot("LOT-7")
                    .setExpiryDate("2027-03-31"))
            .build());
    String enrollment =
        metadata(core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build())))
            .getEnrollmentId();

    assertThat(reason(() -> client.studies.destroyKits(destroy(study, "K1"))))
        .isEqualTo("KIT_TRANSITION_NOT_ALLOWED");
    client.studies.quarantineKits(quarantine(study, "K1", "K2"));
    client.studies.receiveKits(kits(study, "K2", "B").build());
    assertThat(kitStates(study)).containsExactly("K1 quarantined", "K2 received");

    assertThat(reason(() -> client.studies.returnKit(giveBack(study, "K2", enrollment))))
        .isEqualTo("KIT_NOT_DISPENSED");
    assertThat(
            reason(
                () ->
                    client.studies.returnKit(giveBack(study, "K1", UUID.randomUUID().toString()))))
        .isEqualTo("KIT_NOT_DISPENSED");
    ReturnKitRequest request = giveBack(study, "K1", enrollment);
    assertThat(client.studies.returnKit(request)).isEqualTo(client.studies.returnKit(request));
    client.studies.destroyKits(destroy(study, "K1"));
    assertThat(kitStates(study)).containsExactly("K1 destroyed", "K2 received");
    assertThat(reason(() -> client.studies.quarantineKits(quarantine(study, "K1"))))
        .isEqualTo("KIT_TRANSITION_NOT_ALLOWED");
    assertThat(reason(() -> client.studies.quarantineKits(quarantine(study, "K2", "K9"))))
        .isEqualTo("KIT_NOT_FOUND");
    assertThat(kitStates(study)).containsExactly("K1 destroyed", "K2 received");

    Assertions.assertThatThrownBy(
            () ->
                stored.update(
                    "update enrollment.kit set state = 'received' where study_id = ? and kit_id = 'K1'",
                    study))
        .hasStackTraceContaining("is destroyed and cannot become received");
  }

  private static String reason(ThrowingCallable call) {
    return info(catchThrowableOfType(StatusRuntimeException.class, call)).getReason();
  }

  private static List<String> kitStates(String study) {
    return stored.texts(
        "select kit_id || ' ' || state from enrollment.kit where study_id = ? order by kit_id",
        study);
  }

  private static QuarantineKitsRequest quarantine(String study, String... kits) {
    return QuarantineKitsRequest.newBuilder()
        .setRequestId(requestId())
        .setStudyId(study)
        .setSiteId("V1")
        .addAllKitIds(List.of(kits))
        .setReason("cracked")
        .setQuarantinedBy("nurse")
        .build();
  }

  private static ReturnKitRequest giveBack(String study, String kit, String enrollment) {
    return ReturnKitRequest.newBuilder()
        .setRequestId(requestId())
        .setStudyId(study)
        .setSiteId("V1")
        .setKitId(kit)
        .setEnrollmentId(enrollment)
        .setReason("end of treatment")
        .setReturnedBy("nurse")
        .build();
  }

  private static DestroyKitsRequest destroy(String study, String kit) {
    return DestroyKitsRequest.newBuilder()
        .setRequestId(requestId())
        .setStudyId(study)
        .setSiteId("V1")
        .addKitIds(kit)
        .setReason("used")
        .setDestroyedBy("pharmacist")
        .build();
  }

  @RepeatedTest(3)
  void theSameKitManyTimesAtOnceIsReceivedOnce() {
    String study = client.openStudy(5);
    List<String> outcomes =
        Together.run(
            6,
            _ -> {
              try {
                client.studies.receiveKits(kits(study, "K1", "A", "K2", "B").build());
                return "received";
              } catch (StatusRuntimeException refused) {
                return info(refused).getReason();
              }
            });
    assertThat(outcomes).containsOnlyOnce("received");
    assertThat(outcomes.stream().filter("KIT_KNOWN"::equals).count()).isEqualTo(5);
    assertThat(stored.count("select count(*) from enrollment.kit where study_id = ?", study))
        .isEqualTo(2);
  }

  @Test
  void aRepetitionIsAnsweredAlikeAndOtherArmsUnderItsIdAreRefused() {
    String study = client.openStudy(5);
    ReceiveKitsRequest request = kits(study, "K1", "A").build();
    ReceiveKitsResponse first = client.studies.receiveKits(request);
    assertThat(client.studies.receiveKits(request)).isEqualTo(first);
    assertThat(
            info(catchThrowableOfType(
                    StatusRuntimeException.class,
                    () ->
                        client.studies.receiveKits(
                            request.toBuilder()
                                .setKits(0, Kit.newBuilder().setKitId("K1").setArmId("B"))
                                .build())))
                .getReason())
        .isEqualTo("REQUEST_ID_REUSED");
  }

  /** Rows of any table of ours in which the arm stands, as text or as bytes, with their table. */
  private static List<String> rowsWithThePlantedArm() {
    String hex = HexFormat.of().formatHex(PLANTED.getBytes(StandardCharsets.UTF_8));
    List<String> tables =
        stored.texts(
            """
            select format('%I.%I', n.nspname, c.relname)
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'r' and n.nspname not like 'pg_%'
               and n.nspname <> 'information_schema'
            """);
    assertThat(tables).contains("enrollment.event", "enrollment.saga", "enrollment.unblinding");
    return tables.stream()
        .flatMap(
            table ->
                stored
                    .texts(
                        "select '%s: ' || t::text from %s t where t::text ~ ?"
                            .formatted(table, table),
                        PLANTED + "|" + hex)
                    .stream())
        .toList();
  }

  @Test
  void aPlantedArmIsInNoRowButThoseOfTheDesign() throws Exception {
    String study = "S-planted";
    client.studies.registerStudy(
        Client.study(study).setArms(0, Arm.newBuilder().setArmId(PLANTED).setRatio(1)).build());
    client.studies.activateStudy(
        ActivateStudyRequest.newBuilder().setRequestId(requestId()).setStudyId(study).build());
    List<String> design = rowsWithThePlantedArm();
    // The protocol is public: its event, told once, its head, and the answers that show it.
    assertThat(design).hasSize(5);

    client.activateSite(study, "V1", 5);
    client.studies.receiveKits(kits(study, "K1", PLANTED).build());
    Operation operation =
        core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    UnblindRequest request = unblind(operation).build();
    long asked = questions();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<UnblindResponse> answer = threads.submit(() -> client.enrollments.unblind(request));
      Awaitility.await().until(() -> questions() > asked);
      new OutboxParticipants(core.jdbcUrl(), answers -> core.sagas().answer(answers), PLANTED)
          .settle();
      assertThat(answer.get(10, TimeUnit.SECONDS).getArmId()).isEqualTo(PLANTED);
    }
    assertThat(rowsWithThePlantedArm()).isEqualTo(design);
  }

  private static UnblindRequest.Builder unblind(Operation operation) {
    return UnblindRequest.newBuilder()
        .setRequestId(requestId())
        .setEnrollmentId(metadata(operation).getEnrollmentId())
        .setReason("emergency")
        .setUnblindedBy("dr-a");
  }

  /** Asks, and lets randomization answer meanwhile. */
  private static UnblindResponse unblinded(UnblindRequest request) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long asked = questions();
      Future<UnblindResponse> answer = threads.submit(() -> client.enrollments.unblind(request));
      Awaitility.await().until(() -> questions() > asked);
      core.participants().settle();
      return answer.get(10, TimeUnit.SECONDS);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private static long questions() {
    return stored.count(
        "select count(*) from outbox.message"
            + " where type = 'accrual.randomization.reveal-allocation.v1'");
  }

  private static long recorded(Operation operation) {
    return stored.count(
        "select count(*) from enrollment.event"
            + " where stream_id = ? and type = 'accrual.enrollment.unblinded.v1'",
        metadata(operation).getEnrollmentId());
  }

  @Test
  void whoAsksIsToldAndItIsRecorded() {
    String study = client.openStudy(5);
    Operation operation =
        core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    UnblindRequest request = unblind(operation).build();
    UnblindResponse answer = unblinded(request);
    assertThat(answer.getArmId()).isEqualTo(OutboxParticipants.ARM);
    assertThat(answer.getEnrollment().getVersion()).isEqualTo(9);
    assertThat(recorded(operation)).isEqualTo(1);

    UnblindResponse again = unblinded(request);
    assertThat(again).isEqualTo(answer);
    assertThat(recorded(operation)).as("each disclosure is recorded").isEqualTo(2);
    assertThat(stored.count("select count(*) from enrollment.unblinding")).isZero();
  }

  @Test
  void withoutAnAnswerInTimeItIsRecordedAndPending() {
    String study = client.openStudy(5);
    Operation operation =
        core.settled(client.enrollments.enrollPatient(enroll(study, "P1").build()));
    UnblindRequest request = unblind(operation).build();
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> client.enrollments.withDeadlineAfter(2, TimeUnit.SECONDS).unblind(request));
    assertThat(error.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(info(error).getReason()).isEqualTo("UNBLINDING_PENDING");
    assertThat(detail(StatusProto.fromThrowable(error), RetryInfo.class).hasRetryDelay()).isTrue();
    assertThat(recorded(operation)).isEqualTo(1);
    // The late answer is sealed to a key that is gone, and nobody waits for it.
    core.participants().settle();
    assertThat(unblinded(request).getArmId()).isEqualTo(OutboxParticipants.ARM);
    assertThat(recorded(operation)).isEqualTo(2);
  }

  @Test
  void whoHasNoArmIsNotUnblinded() {
    String study = client.openStudy(5);
    Operation running = client.enrollments.enrollPatient(enroll(study, "P1").build());
    assertThat(
            info(catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> client.enrollments.unblind(unblind(running).build())))
                .getReason())
        .isEqualTo("ENROLLMENT_IN_PROGRESS");
    core.settled(running);
  }
}
