package org.accrual.core;

import static org.accrual.core.Client.detail;
import static org.accrual.core.Client.enroll;
import static org.accrual.core.Client.info;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.Operation;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.study.v1.GetStudyRequest;
import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.embedded.FreePort;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseAwayIT {

  @Test
  void withoutADatabaseCallsAreUnavailableAndGoOnWhenItIsBack(@TempDir Path folder)
      throws Exception {
    int port = FreePort.pick();
    EmbeddedPostgres postgres = EmbeddedPostgres.start(folder.resolve("pg"), "127.0.0.1", port);
    postgres.createDatabase("away");
    Flyway.configure()
        .dataSource(postgres.jdbcUrl("away"), "postgres", "")
        .locations("classpath:db/migration")
        .load()
        .migrate();
    try (RunningCore core =
        RunningCore.start(
            postgres.jdbcUrl("away"),
            Map.of(
                "accrual.database.connection-timeout", "500ms",
                "accrual.database.pool-size", "2"))) {
      Client client = new Client(core.channel());
      String study = client.openStudy(5);
      EnrollPatientRequest request = enroll(study, "P1").build();
      assertThat(ready(core)).isEqualTo(200);
      isOverloadedButReadyWhileAllConnectionsAreBusy(core, client, postgres.jdbcUrl("away"), study);
      awaitHealth(core, ServingStatus.SERVING);

      postgres.close();
      awaitHealth(core, ServingStatus.NOT_SERVING);
      unavailable(() -> client.enrollments.enrollPatient(request));
      unavailable(
          () -> client.studies.getStudy(GetStudyRequest.newBuilder().setStudyId(study).build()));
      assertThat(ready(core)).isEqualTo(503);

      try (EmbeddedPostgres again =
          EmbeddedPostgres.start(folder.resolve("pg"), "127.0.0.1", port)) {
        assertThat(again).isNotNull();
        Operation operation =
            Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                .until(() -> client.enrollments.enrollPatient(request), Objects::nonNull);
        assertThat(core.settled(operation).hasResponse()).isTrue();
        // The check has a connection of its own, which may come back after the commands' ones.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> ready(core) == 200);
      }
    } finally {
      postgres.close();
    }
  }

  private static void isOverloadedButReadyWhileAllConnectionsAreBusy(
      RunningCore core, Client client, String jdbcUrl, String study) throws Exception {
    GetStudyRequest read = GetStudyRequest.newBuilder().setStudyId(study).build();
    try (Connection holder = DriverManager.getConnection(jdbcUrl, "postgres", "");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      holder.setAutoCommit(false);
      holder.createStatement().execute("lock table enrollment.study_head");
      List<Future<?>> busy = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        busy.add(threads.submit(() -> client.studies.getStudy(read)));
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () -> {
                StatusRuntimeException error =
                    catchThrowableOfType(
                        StatusRuntimeException.class, () -> client.studies.getStudy(read));
                assertThat(info(error).getReason()).isEqualTo("OVERLOADED");
              });
      assertThat(ready(core)).isEqualTo(200);
      holder.rollback();
      for (Future<?> each : busy) {
        each.get(10, TimeUnit.SECONDS);
      }
    }
  }

  private static void awaitHealth(RunningCore core, ServingStatus status) {
    for (String service : List.of("", "accrual.study.v1.StudyService")) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  HealthGrpc.newBlockingStub(core.channel())
                      .check(HealthCheckRequest.newBuilder().setService(service).build())
                      .getStatus(),
              status::equals);
    }
  }

  private static void unavailable(Supplier<?> call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call::get);
    assertThat(error.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(info(error).getReason()).isEqualTo("DATABASE_UNAVAILABLE");
    assertThat(detail(StatusProto.fromThrowable(error), RetryInfo.class).getRetryDelay())
        .as("1 s, up to half more at random")
        .satisfies(delay -> assertThat(delay.getSeconds()).isEqualTo(1))
        .satisfies(delay -> assertThat(delay.getNanos()).isLessThanOrEqualTo(500_000_000));
    assertThat(error.getStatus().getDescription()).doesNotContain("Exception");
  }

  private static int ready(RunningCore core) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d/health/ready".formatted(core.httpPort())))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }
}
