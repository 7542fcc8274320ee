package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.local.Addresses;
import org.accrual.local.Stack;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A schema gains a field while enrollments are sent: this build's processes and the next one's run
 * side by side, read each other's events off the event store and the topics, and nothing is lost or
 * parked. In the order of a deploy: contracts, consumers, core.
 */
@Tag("faults")
class RollingChangeIT {
  private static final String TYPE = "accrual.enrollment.requested.v1";
  private static final int ENROLLMENTS = 300;

  private final String study =
      "ROLL-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @Test
  void oldAndNewRunSideBySide(@TempDir Path folder) throws Exception {
    NextVersion next = NextVersion.of(TYPE, folder.resolve("next"));
    try (TestStack stack = TestStack.started(settings -> settings);
        SiteClient old = stack.client()) {
      old.openSite(study, "S1", ENROLLMENTS);
      try (Load before = Load.of(study, "S1", 30, List.of(old))) {
        before.allConfirmed();
      }
      provision(next, stack.addresses());
      try (Twin consumers =
              Twin.of(stack.pid(Stack.CONSUMERS), next, folder.resolve("consumers.log"));
          Twin core = Twin.of(stack.pid(Stack.CORE), next, folder.resolve("core.log"));
          SiteClient both = new SiteClient(core.grpcPort(), consumers.grpcPort());
          Load load = Load.of(study, "S1", ENROLLMENTS, List.of(old, both))) {
        load.allConfirmed();
        assertBothWrote(stack, next);
        assertNothingLostOrParked(stack);
      }
    }
  }

  /** As the next build's deploy step does it, beside running services. */
  private static void provision(NextVersion next, Addresses addresses) throws Exception {
    Process provision =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                next.before(System.getProperty("java.class.path")),
                "-Daccrual.database.url=" + addresses.jdbc(),
                "-Daccrual.kafka.bootstrap-servers=" + addresses.kafka(),
                "-Daccrual.registry.url=" + URI.create(addresses.registry()),
                "org.accrual.provision.Provision")
            .redirectErrorStream(true)
            .start();
    String said = new String(provision.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(provision.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
    assertThat(provision.exitValue()).as(said).isZero();
    assertThat(said).contains("event schemas: 1 stored");
  }

  private void assertBothWrote(TestStack stack, NextVersion next) {
    List<String> written =
        stack
            .evidence()
            .rows(
                """
                select e.schema_version, count(*) > 50
                  from enrollment.event e join enrollment.attempt a on a.enrollment_id::text = e.stream_id
                 where e.type = ? and a.study_id = ? group by 1 order by 1
                """,
                TYPE,
                study);
    assertThat(written).containsExactly(next.version() - 1 + "|t", next.version() + "|t");
    // A reader that knows the field finds it in the bytes of those.
    assertThat(
            stack
                .evidence()
                .rows(
                    """
                    select count(*) from enrollment.event e
                      join enrollment.attempt a on a.enrollment_id::text = e.stream_id
                     where e.type = ? and a.study_id = ? and e.schema_version = ?
                       and position(?::bytea in e.payload) = 0
                    """,
                    TYPE,
                    study,
                    next.version(),
                    NextVersion.VALUE.getBytes(StandardCharsets.UTF_8)))
        .containsExactly("0");
  }

  private void assertNothingLostOrParked(TestStack stack) {
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(() -> stack.balance().check(study, ENROLLMENTS));
    assertThat(stack.evidence().rows("select count(*) from ops.dead_letters")).containsExactly("0");
    Map<String, List<ConsumerRecord<String, byte[]>>> told =
        stack.evidence().records(Topics.ENROLLMENT_EVENTS);
    for (String stream :
        stack
            .evidence()
            .rows("select enrollment_id::text from enrollment.attempt where study_id = ?", study)) {
      List<String> stored =
          stack
              .evidence()
              .rows(
                  "select event_id::text from enrollment.event where stream_type = 'enrollment' and stream_id = ? order by version",
                  stream);
      assertThat(told.get(stream))
          .extracting(record -> Evidence.header(record, Headers.ID))
          .isEqualTo(stored);
      assertThat(Evidence.sequences(told.get(stream)))
          .isEqualTo(IntStream.rangeClosed(1, stored.size()).mapToObj(Integer::toString).toList());
    }
    assertThat(
            stack
                .evidence()
                .rows(
                    """
                    select consumer, count(*) from (
                      select 'projection' as consumer, key, version from projection.applied
                      union all select 'analytics', key, version from analytics.applied
                      union all select 'audit', key, version from audit.applied) g
                      join (select stream_id, max(version) as version from enrollment.event
                             where stream_type = 'enrollment' group by 1) e
                        on e.stream_id = g.key and e.version <> g.version
                     group by 1
                    """))
        .isEmpty();
  }
}
