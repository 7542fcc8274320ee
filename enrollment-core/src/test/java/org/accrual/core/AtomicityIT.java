package org.accrual.core;

import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.metadata;
import static org.accrual.core.Client.requestId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.Operation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.SuspendAccrualRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A command is done whole or not at all, and once: wherever its transaction fails, nothing of it is
 * stored, the same request succeeds once the cause has gone, and repeated it changes nothing.
 */
class AtomicityIT {
  private static final String EVENT = "enrollment.event";
  private static final String OUTBOX = "outbox.message";
  private static final String REQUEST = "enrollment.request";
  private static final String STUDY = "enrollment.study_head";
  private static final String SITE = "enrollment.site_head";
  private static final String KIT = "enrollment.kit";
  private static final String ATTEMPT = "enrollment.attempt";
  private static final String OPERATION = "enrollment.operation";
  private static final String SAGA = "enrollment.saga";

  private static RunningCore core;
  private static Client client;
  private static StoredFixtures stored;

  @BeforeAll
  static void start() throws SQLException {
    core = RunningCore.start();
    client = new Client(core.channel());
    stored = new StoredFixtures(core.jdbcUrl());
    execute(
        """
        create function public.fail() returns trigger language plpgsql as $$
        begin
          raise exception 'injected into %', tg_table_name;
        end $$
        """);
  }

  @AfterAll
  static void stop() {
    core.close();
  }

  /** A command with the tables that its transaction writes. */
  private enum Command {
    REGISTER_STUDY(Command::registerStudy, STUDY, EVENT, OUTBOX, REQUEST),
    ACTIVATE_STUDY(Command::activateStudy, STUDY, EVENT, OUTBOX, REQUEST),
    SUSPEND_ACCRUAL(Command::suspendAccrual, STUDY, EVENT, OUTBOX, REQUEST),
    ACTIVATE_SITE(Command::activateSite, SITE, EVENT, OUTBOX, REQUEST),
    RECEIVE_KITS(Command::receiveKits, SITE, KIT, EVENT, OUTBOX, REQUEST),
    ENROLL_PATIENT(Command::enrollPatient, ATTEMPT, OPERATION, SAGA, EVENT, OUTBOX, REQUEST),
    WITHDRAW_PATIENT(Command::withdrawPatient, ATTEMPT, SAGA, EVENT, OUTBOX, REQUEST),
    CANCEL_OPERATION(Command::cancelOperation, OPERATION, SAGA, EVENT, OUTBOX);

    private final Function<String, Runnable> prepare;
    private final Set<String> tables;

    Command(Function<String, Runnable> prepare, String... tables) {
      this.prepare = prepare;
      this.tables = new TreeSet<>(Arrays.asList(tables));
    }

    /** Creates what the command needs and returns its call, which may be repeated. */
    Runnable prepared() {
      return prepare.apply(
          this == REGISTER_STUDY || this == ACTIVATE_STUDY
              ? "S-" + UUID.randomUUID().toString().substring(0, 8)
              : client.openStudy(5));
    }

    private static Runnable registerStudy(String study) {
      RegisterStudyRequest request = Client.study(study).build();
      return () -> client.studies.registerStudy(request);
    }

    private static Runnable activateStudy(String study) {
      registerStudy(study).run();
      ActivateStudyRequest request =
          ActivateStudyRequest.newBuilder().setRequestId(requestId()).setStudyId(study).build();
      return () -> client.studies.activateStudy(request);
    }

    private static Runnable suspendAccrual(String study) {
      SuspendAccrualRequest request =
          SuspendAccrualRequest.newBuilder()
              .setRequestId(requestId())
              .setStudyId(study)
              .setReason("pause")
              .build();
      return () -> client.studies.suspendAccrual(request);
    }

    private static Runnable activateSite(String study) {
      ActivateSiteRequest request =
          ActivateSiteRequest.newBuilder()
              .setRequestId(requestId())
              .setStudyId(study)
              .setSiteId("V2")
              .setCapacity(3)
              .setTimeZone("Europe/Vienna")
              .build();
      return () -> client.studies.activateSite(request);
    }

    private static Runnable receiveKits(String study) {
      ReceiveKitsRequest request =
          ReceiveKitsRequest.newBuilder()
              .setRequestId(requestId())
              .setStudyId(study)
              .setSiteId("V1")
              .addKits(Kit.newBuilder().setKitId("K1").setArmId("A"))
              .addKits(Kit.newBuilder().setKitId("K2").setArmId("B"))
              .build();
      return () -> client.studies.receiveKits(request);
    }

    private static Runnable enrollPatient(String study) {
      var request = enroll(study, "P1").build();
      return () -> client.enrollments.enrollPatient(request);
    }

    private static Runnable withdrawPatient(String study) {
      Operation enrolled = client.enrollments.enrollPatient(enroll(study, "P1").build());
      assertThat(core.settled(enrolled).hasResponse()).isTrue();
      WithdrawPatientRequest request =
          WithdrawPatientRequest.newBuilder()
              .setRequestId(requestId())
              .setEnrollmentId(metadata(enrolled).getEnrollmentId())
              .setReason("moved")
              .setWithdrawnBy("dr-a")
              .build();
      return () -> client.enrollments.withdrawPatient(request);
    }

    private static Runnable cancelOperation(String study) {
      Operation enrolled = client.enrollments.enrollPatient(enroll(study, "P1").build());
      CancelOperationRequest request =
          CancelOperationRequest.newBuilder().setName(enrolled.getName()).build();
      return () -> client.operations.cancelOperation(request);
    }
  }

  private static Stream<Arguments> failures() {
    return Arrays.stream(Command.values())
        .flatMap(command -> command.tables.stream().map(table -> Arguments.of(command, table)));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void afterAFailureAtOneTableNothingIsStored(Command command, String table) throws Exception {
    Runnable call = command.prepared();
    StoredContent before = stored.everything();

    execute(
        "create trigger injected after insert or update or delete on %s for each row execute function public.fail()"
            .formatted(table));
    try {
      StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call::run);
      assertThat(e).as("no failure: %s does not write %s", command, table).isNotNull();
      assertThat(e.getStatus().getCode()).isEqualTo(Code.INTERNAL);
      assertThat(stored.everything().differences(before)).isEmpty();
    } finally {
      execute("drop trigger injected on " + table);
    }

    call.run();
    // A command that writes one more table must be tried with a failure there too.
    assertThat(stored.everything().changedTables(before)).isEqualTo(command.tables);
  }

  @ParameterizedTest
  @EnumSource
  void aRepeatedCommandStoresNothing(Command command) {
    Runnable call = command.prepared();
    call.run();
    StoredContent before = stored.everything();

    call.run();

    assertThat(stored.everything().differences(before)).isEmpty();
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(core.jdbcUrl(), "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
