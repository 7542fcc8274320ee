package org.accrual.consumers.unblinding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.EmergencyUnblindRequest;
import org.accrual.api.enrollment.v1.EmergencyUnblindResponse;
import org.accrual.api.enrollment.v1.EmergencyUnblindingServiceGrpc;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.consumers.unblinding.EmergencyUnblinding.Outcome;
import org.accrual.event.enrollment.Unblinded;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.BlindingKeys;
import org.accrual.runtime.blinding.Seal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Runs with PostgreSQL alone: neither Kafka, nor a registry, nor the relay, nor core is started.
 */
class EmergencyUnblindingIT {
  private static final Correlation CORRELATION = new Correlation("conversation", "", "");

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final BlindingKeys keys = BlindingKeys.make();
  private final BlindingKeys escrow = BlindingKeys.make();
  private final EmergencyUnblinding unblinding =
      new EmergencyUnblinding(database.source(), keys.unseal());
  private final UUID enrollment = UUID.randomUUID();

  @BeforeEach
  void aRandomizedPatient() throws SQLException {
    database.execute(
        """
        insert into enrollment.study_head values
          ('S', 'active', 't', '[]', '[]', 9, 1, now(), now());
        insert into enrollment.site_head values ('S', 'X', true, 4, 'UTC', 1);
        insert into enrollment.attempt values ('%1$s', 'S', 'P', 'X', 1, null, 'live');
        insert into randomization.study values
          ('S', 1, '{A}', '{1}', '[]', '{2}', true, 'a', '', sha256(''));
        insert into randomization.stratum values ('S', 'X', '{}', 1);
        insert into randomization.place values
          ('00000000-0000-4000-8000-000000000001', 'S', 'X', '{}', 1, 'P', 'X-0001');
        insert into randomization.allocation values
          ('%1$s', 1, '00000000-0000-4000-8000-000000000001', '\\x%2$s', now());
        """
            .formatted(
                enrollment,
                HexFormat.of()
                    .formatHex(
                        Seal.of(keys.publicKey())
                            .and(escrow.publicKey())
                            .seal("verum", "allocation:" + enrollment + "/1"))));
    event(1, "randomized");
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  @DisplayName("Each disclosure is recorded as an event of the enrollment, repetitions too")
  void recordsEachDisclosure() throws Exception {
    event(2, "confirmed");

    Outcome.Disclosed first = disclose();
    Outcome.Disclosed second = disclose();

    assertThat(first.arm()).isEqualTo("verum");
    assertThat(first.patientId()).isEqualTo("P");
    assertThat(first.number()).isEqualTo("X-0001");
    assertThat(List.of(first.version(), second.version())).containsExactly(3L, 4L);
    assertThat(
            database.rows(
                """
                select version, event_id, metadata ->> 'ce_actor', metadata ->> 'ce_correlationid'
                  from enrollment.event where type = 'accrual.enrollment.unblinded.v1' order by version
                """))
        .containsExactly(
            "3|" + first.eventId() + "|dr-a|conversation",
            "4|" + second.eventId() + "|dr-a|conversation");
    assertThat(database.published())
        .extracting(ParticipantDatabase.Published::body)
        .containsOnly(new Unblinded(enrollment.toString(), "S", "X", "P", "intensive care", "dr-a"))
        .hasSize(2);
    assertThat(database.published().getLast().headers()).containsEntry("ce_sequence", "4");
  }

  @Test
  @DisplayName("A patient who is not registered, and an unknown one, are not unblinded")
  void refusesBeforeRegistration() throws Exception {
    assertThat(unblinding.disclose(enrollment, "r", "dr-a", CORRELATION))
        .isEqualTo(new Outcome.NotRandomized());
    assertThat(unblinding.disclose(UUID.randomUUID(), "r", "dr-a", CORRELATION))
        .isEqualTo(new Outcome.NotFound());
    assertThat(database.published()).isEmpty();
  }

  @Test
  @DisplayName("Disclosures at the same time are each recorded")
  void recordsConcurrentDisclosures() throws Exception {
    event(2, "confirmed");
    try (ExecutorService several = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        running.add(several.submit(this::disclose));
      }
      for (Future<?> each : running) {
        each.get(30, TimeUnit.SECONDS);
      }
    }

    assertThat(
            database.rows(
                "select count(*), max(version) from enrollment.event where type ~ 'unblinded'"))
        .containsExactly("4|6");
  }

  @Test
  @DisplayName("The escrow key discloses an arm from the database, or from one value of a dump")
  void disclosesWithTheEscrowKey() throws Exception {
    event(2, "confirmed");

    assertThat(command(escrow, "unblind", enrollment.toString(), "dr-a", "key lost"))
        .isEqualTo(
            "0 arm_id,study_id,site_id,patient_id,randomization_number,event_id verum,S,X,P,X-0001,"
                + database
                    .rows("select event_id from enrollment.event where version = 3")
                    .getFirst());
    String sealed = database.rows("select sealed_arm from randomization.allocation").getFirst();
    assertThat(command(escrow, "open-arm", enrollment.toString(), "1", sealed))
        .isEqualTo("0 verum");
    assertThat(command(BlindingKeys.make(), "open-arm", enrollment.toString(), "1", sealed))
        .startsWith("1 sealed for the key with the id ");
    assertThat(command(escrow, "open-arm", enrollment.toString(), "first", sealed))
        .startsWith("64 usage: ");
  }

  @Test
  @DisplayName("The process answers within 5 s with Kafka, registry, relay and core away")
  void needsOneProcessAndTheDatabase() throws Exception {
    event(2, "confirmed");
    Map<String, String> settings =
        Map.of(
            "accrual.consumers.enabled", "randomization",
            "accrual.database.url", database.url(),
            "accrual.database.user", "postgres",
            "accrual.kafka.bootstrap-servers", "127.0.0.1:1",
            "accrual.registry.url", "http://127.0.0.1:1",
            "accrual.blinding.public-key", text(keys.publicKey()),
            "accrual.blinding.private-key", text(keys.privateKey()));
    try (ConsumersProcess process =
        new ConsumersProcess(settings, Path.of("target", "emergency.log"))) {
      var stub = EmergencyUnblindingServiceGrpc.newBlockingStub(process.channel());
      EmergencyUnblindRequest unknown = request(UUID.randomUUID());
      // Waits for the start of the process, which is not part of the 5 s.
      assertThatThrownBy(
              () ->
                  stub.withWaitForReady()
                      .withDeadlineAfter(60, TimeUnit.SECONDS)
                      .emergencyUnblind(unknown))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("there is no enrollment");
      Instant called = Instant.now();

      EmergencyUnblindResponse response =
          stub.withDeadlineAfter(5, TimeUnit.SECONDS).emergencyUnblind(request(enrollment));

      assertThat(Duration.between(called, Instant.now())).isLessThan(Duration.ofSeconds(5));
      assertThat(response.getArmId()).isEqualTo("verum");
      assertThat(database.rows("select event_id from enrollment.event where version = 3"))
          .containsExactly(response.getEventId());
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(process.body("/metrics"))
                      .containsPattern("(?m)^accrual_unblindings(\\{.*})? 1(\\.0)?$"));
    }
  }

  /** Returns the exit code and the output of a command. */
  private String command(BlindingKeys key, String... words) {
    Map<String, String> settings =
        Map.of(
            "accrual.database.url", database.url(),
            "accrual.database.user", "postgres",
            "accrual.blinding.private-key", text(key.privateKey()));
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
    int exit =
        UnblindCommand.run(
            List.of(words), Settings.of(name -> Optional.ofNullable(settings.get(name))), out, out);
    return exit + " " + output.toString(StandardCharsets.UTF_8).strip().replaceAll("\\R", " ");
  }

  private Outcome.Disclosed disclose() throws SQLException {
    return (Outcome.Disclosed)
        unblinding.disclose(enrollment, "intensive care", "dr-a", CORRELATION);
  }

  private static EmergencyUnblindRequest request(UUID enrollment) {
    return EmergencyUnblindRequest.newBuilder()
        .setEnrollmentId(enrollment.toString())
        .setReason("intensive care")
        .setUnblindedBy("dr-a")
        .build();
  }

  private void event(int version, String type) throws SQLException {
    database.execute(
        """
        insert into enrollment.event values ('enrollment', '%s', %d, gen_random_uuid(),
          'accrual.enrollment.%s.v1', 1, '', '{}', now())
        """
            .formatted(enrollment, version, type));
  }

  private static String text(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }
}
