package org.accrual.consumers.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.accrual.api.ops.v1.CancelRebuildRequest;
import org.accrual.api.ops.v1.GetRebuildRequest;
import org.accrual.api.ops.v1.ListProjectionsRequest;
import org.accrual.api.ops.v1.Projection;
import org.accrual.api.ops.v1.ProjectionAdminServiceGrpc;
import org.accrual.api.ops.v1.ProjectionAdminServiceGrpc.ProjectionAdminServiceBlockingStub;
import org.accrual.api.ops.v1.RebuildSource;
import org.accrual.api.ops.v1.RebuildState;
import org.accrual.api.ops.v1.StartRebuildRequest;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.Topics;
import org.accrual.event.study.StudyRegistered;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rebuilds beside a projection that serves, is written to and is read all the while. */
class RebuildIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String SERVING_IS_OLD =
      """
      select count(*) from
        (select * from projection.enrollment except select * from projection_old.enrollment) x
        join projection_old.enrollment o using (enrollment_id, version)
      """;

  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();
  private final ConcurrentLinkedDeque<EnrollmentStory> written = new ConcurrentLinkedDeque<>();
  // Not the common pool: on two processors that is one thread.
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ConsumersProcess process;

  @AfterEach
  void close() {
    threads.shutdownNow();
    readSide.close();
  }

  @Test
  void underLoadNoReadFailsOrIsStaleAndBothVersionsAreEqual() throws Exception {
    process =
        readSide.start(
            Map.of(
                "accrual.consumers.enabled", "projection,analytics",
                "accrual.intake.batch-size", "100"));
    process.awaitReady();
    write(1000);
    readSide.execute(
        "create view ops.probe as select count(*) as enrollments from projection.enrollment");
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger reads = new AtomicInteger();
    CompletableFuture<Void> load = CompletableFuture.runAsync(() -> writeUntil(over), threads);
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(() -> readUntil(over, reads), threads);
    await().atMost(LIMIT).until(() -> reads.get() > 50);

    for (String projection : List.of("projection", "analytics")) {
      String id = start(projection, RebuildSource.REBUILD_SOURCE_BEGINNING);
      awaitState(id, RebuildState.REBUILD_STATE_SWITCHED);
    }
    int before = reads.get();
    await().atMost(LIMIT).until(() -> reads.get() > before + 50);
    over.set(true);
    load.get(60, TimeUnit.SECONDS);
    reading.get(60, TimeUnit.SECONDS);

    // Where both stand at the same version, they hold the same.
    assertThat(readSide.rows(SERVING_IS_OLD)).containsExactly("0");
    assertThat(
            readSide.rows(
                "select count(*) > 900 from projection_old.enrollment o"
                    + " join projection.enrollment e using (enrollment_id, version)"))
        .containsExactly("t");
    String all = Integer.toString(written.size());
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        readSide.rows(
                            "select version, count(*) from projection.enrollment group by 1"))
                    .containsExactly("5|" + all));
    assertThat(readSide.rows("select count(*) from projection.enrollment_history"))
        .containsExactly(Integer.toString(5 * written.size()));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        readSide.rows(
                            "select state, sum(enrollments) from analytics.standing"
                                + " where enrollments > 0 group by 1"))
                    .containsExactly("on-study|" + all));
    // Views elsewhere follow.
    assertThat(readSide.rows("select * from ops.probe")).containsExactly(all);
    assertThat(readSide.rows("select * from ops.dead_letters")).isEmpty();

    // And back.
    awaitState(
        start("projection", RebuildSource.REBUILD_SOURCE_PREVIOUS),
        RebuildState.REBUILD_STATE_SWITCHED);
    assertThat(readSide.rows("select version, count(*) from projection.enrollment group by 1"))
        .containsExactly("5|" + all);
    get(written(1).getLast(), 5);
    Projection listed =
        admin().listProjections(ListProjectionsRequest.getDefaultInstance()).getProjections(1);
    assertThat(listed.getName()).isEqualTo("projection");
    assertThat(listed.getHasPrevious()).isTrue();
    assertThat(listed.getLastRebuild().getSource())
        .isEqualTo(RebuildSource.REBUILD_SOURCE_PREVIOUS);
  }

  @Tag("faults")
  @Test
  void aKillInTheMiddleResumesAndACancelLeavesNothing() {
    process = readSide.start(Map.of("accrual.intake.batch-size", "20")).awaitReady();
    write(1500);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                readSide
                    .rows("select count(*) from projection.enrollment where version = 5")
                    .equals(List.of("1500")));
    String id = start("projection", RebuildSource.REBUILD_SOURCE_BEGINNING);
    assertThatThrownBy(() -> start("projection", RebuildSource.REBUILD_SOURCE_BEGINNING))
        .hasMessageContaining("being rebuilt already");
    assertThatThrownBy(() -> start("capacity", RebuildSource.REBUILD_SOURCE_BEGINNING))
        .hasMessageContaining("no projection that can be rebuilt");
    await()
        .atMost(LIMIT)
        .until(() -> !readSide.rows("select * from projection_next.applied limit 1").isEmpty());
    process.kill();
    assertThat(readSide.rows("select state from ops.rebuild")).containsExactly("filling");

    process = readSide.start(Map.of()).awaitReady();
    awaitState(id, RebuildState.REBUILD_STATE_SWITCHED);
    assertThat(
            readSide.rows(
                "select count(*) from projection.enrollment_history h"
                    + " join projection_old.enrollment_history o using (enrollment_id, version)"
                    + " where h is not distinct from o"))
        .containsExactly("7500");

    StatusRuntimeException switched =
        catchThrowableOfType(StatusRuntimeException.class, () -> cancel(id));
    assertThat(switched).hasMessageContaining("the new version serves already");

    // With nobody to fill it, a rebuild stays where it is until it is cancelled.
    process.kill();
    readSide.execute("select ops.start_rebuild('projection', 'beginning', 'me', 'r')");
    assertThat(readSide.rows("select to_regnamespace('projection_next')"))
        .containsExactly("projection_next");
    readSide.execute(
        "select ops.cancel_rebuild(rebuild_id) from ops.rebuild where request_id = 'r'");
    assertThat(readSide.rows("select to_regnamespace('projection_next')")).containsExactly("null");
    process = readSide.start(Map.of()).awaitReady();
    assertThat(
            cancel(
                readSide
                    .rows("select rebuild_id from ops.rebuild where request_id = 'r'")
                    .getFirst()))
        .isEqualTo(RebuildState.REBUILD_STATE_CANCELLED);
    get(written(1).getLast(), 5);
  }

  /**
   * What version 1 wrote and what is written today stand the same, and do so again when rebuilt.
   */
  @Test
  void aRebuildCrossesAllVersions() {
    process =
        readSide.start(Map.of("accrual.consumers.enabled", "projection,analytics")).awaitReady();
    OldWriter old = new OldWriter(writer);
    old.registered("old", 7);
    old.withdrawn(EnrollmentStory.onStudy("old", "site"), true);
    old.withdrawn(new EnrollmentStory("old", "site").screened(), false);
    old.takenOff(EnrollmentStory.onStudy("old", "site"));
    writer.send(
        Topics.STUDY_EVENTS,
        "new",
        1,
        new StudyRegistered(
            "new",
            "a title",
            List.of(),
            List.of(),
            7,
            7,
            List.of(2),
            true,
            false,
            List.of(),
            null));
    EnrollmentStory.onStudy("new", "site").withdrawn("moved", true).write(writer);
    writer.flush();
    awaitEnds();

    for (String projection : List.of("projection", "analytics")) {
      awaitState(
          start(projection, RebuildSource.REBUILD_SOURCE_BEGINNING),
          RebuildState.REBUILD_STATE_SWITCHED);
    }

    awaitEnds();
    assertThat(readSide.rows("select count(*) from projection_old.enrollment"))
        .containsExactly("4");
    assertThat(readSide.rows("select * from ops.dead_letters")).isEmpty();
  }

  private void awaitEnds() {
    // A history row a version: two of today's events, one of version 1.
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        readSide.rows(
                            """
                            select e.study_id, e.state, e.version, e.reason,
                                   coalesce(e.off_study_cause, '-'), h.event_type, h.state
                              from projection.enrollment e
                              join projection.enrollment_history h using (enrollment_id, version)
                             order by 1, 2, 5
                            """))
                    .containsExactly(
                        "new|off-study|7|moved|WITHDRAWAL|accrual.enrollment.taken-off-study.v1|off-study",
                        "old|off-study|6|done|UNSPECIFIED|accrual.enrollment.taken-off-study.v1|off-study",
                        "old|off-study|6|moved|WITHDRAWAL|accrual.enrollment.patient-withdrawn.v1|off-study",
                        "old|withdrawn|2|moved|-|accrual.enrollment.patient-withdrawn.v1|withdrawn"));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        readSide.rows(
                            "select study_id, target, accrued from analytics.accrual order by 1"))
                    .containsExactly("new|7|1", "old|7|2"));
  }

  private RebuildState cancel(String id) {
    return admin()
        .cancelRebuild(CancelRebuildRequest.newBuilder().setRebuildId(id).build())
        .getRebuild()
        .getState();
  }

  private void readUntil(AtomicBoolean over, AtomicInteger reads) {
    while (!over.get()) {
      EnrollmentStory story = written.peekLast();
      get(story, 5);
      reads.incrementAndGet();
    }
  }

  /** About 200 commands a second, five events each. */
  private void writeUntil(AtomicBoolean over) {
    while (!over.get()) {
      write(2);
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private void write(int stories) {
    for (int i = 0; i < stories; i++) {
      EnrollmentStory story = EnrollmentStory.onStudy("study", "site-" + i % 7).write(writer);
      written.add(story);
    }
    writer.flush();
  }

  private ConcurrentLinkedDeque<EnrollmentStory> written(int more) {
    write(more);
    return written;
  }

  /** Fails if the read does, or if it is older than asked for. */
  private void get(EnrollmentStory story, long version) {
    var enrollment =
        process
            .queries()
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .getEnrollment(
                GetEnrollmentRequest.newBuilder()
                    .setEnrollmentId(story.id)
                    .setMinConsistencyToken(
                        new ConsistencyToken("enrollment", story.id, version).encoded())
                    .build());
    assertThat(enrollment.getEnrollment().getVersion()).isEqualTo(version);
  }

  private String start(String projection, RebuildSource source) {
    return admin()
        .startRebuild(
            StartRebuildRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setProjection(projection)
                .setSource(source)
                .build())
        .getRebuild()
        .getRebuildId();
  }

  private void awaitState(String id, RebuildState state) {
    await()
        .atMost(LIMIT)
        .ignoreException(StatusRuntimeException.class)
        .untilAsserted(
            () ->
                assertThat(
                        admin()
                            .getRebuild(GetRebuildRequest.newBuilder().setRebuildId(id).build())
                            .getRebuild()
                            .getState())
                    .isEqualTo(state));
  }

  private ProjectionAdminServiceBlockingStub admin() {
    return ProjectionAdminServiceGrpc.newBlockingStub(process.channel())
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }
}
