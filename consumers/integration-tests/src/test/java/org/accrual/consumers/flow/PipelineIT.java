package org.accrual.consumers.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.accrual.api.query.v1.ConsumerStage;
import org.accrual.api.query.v1.EventFlowServiceGrpc;
import org.accrual.api.query.v1.PipelineHealth;
import org.accrual.api.query.v1.WatchPipelineRequest;
import org.accrual.api.query.v1.WatchPipelineResponse;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The pipeline as a process sees it that runs no consumer itself. */
@Tag("faults")
class PipelineIT {
  /** What is promised; a look is taken every second. */
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final int RECORDS = 5;

  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();

  @AfterEach
  void close() {
    readSide.close();
  }

  @Test
  void theLagOfAStoppedConsumerShowsByTheSecondLookAndClearsAfter() {
    ConsumersProcess watching = readSide.start(Map.of("accrual.consumers.enabled", "none"));
    ConsumersProcess running = readSide.start(Map.of());
    watching.awaitReady();
    running.awaitReady();
    EnrollmentStory.onStudy("study", "site").write(writer);
    writer.flush();
    await()
        .atMost(LIMIT)
        .until(() -> stage(watching).getHealth() == PipelineHealth.PIPELINE_HEALTH_OK);
    await().atMost(LIMIT).until(() -> metric(watching, "accrual_consumer_lag") == 0);
    assertThat(metric(watching, "accrual_consumer_members")).isEqualTo(1);
    // The view knows a consumer from its first report on.
    await()
        .atMost(LIMIT)
        .until(
            () ->
                readSide
                    .rows("select sum(lag) = 0 from ops.consumer_lag where consumer = 'projection'")
                    .contains("t"));

    running.stop();
    EnrollmentStory.onStudy("study", "site").write(writer);
    writer.flush();

    assertThat(secondLookAfter(Instant.now(), watching).getLag()).isGreaterThanOrEqualTo(RECORDS);
    await().atMost(LIMIT).until(() -> metric(watching, "accrual_consumer_lag") >= RECORDS);
    await()
        .atMost(LIMIT)
        .until(() -> stage(watching).getHealth() == PipelineHealth.PIPELINE_HEALTH_TROUBLE);
    await().atMost(LIMIT).until(() -> metric(watching, "accrual_consumer_lag_seconds") > 1);
    await()
        .atMost(LIMIT)
        .until(
            () ->
                readSide
                    .rows(
                        "select sum(lag) >= 5 from ops.consumer_lag where consumer = 'projection'")
                    .contains("t"));

    readSide.start(Map.of()).awaitReady();
    await().atMost(LIMIT).until(() -> metric(watching, "accrual_consumer_lag") == 0);
    assertThat(metric(watching, "accrual_consumer_lag_seconds")).isZero();
    await()
        .atMost(LIMIT)
        .until(() -> stage(watching).getHealth() == PipelineHealth.PIPELINE_HEALTH_OK);
  }

  private static ConsumerStage stage(ConsumersProcess process) {
    return projection(looks(process).next());
  }

  /** Returns the projection in the second look after a time: it began after that time for sure. */
  private static ConsumerStage secondLookAfter(Instant time, ConsumersProcess process) {
    Iterator<WatchPipelineResponse> looks = looks(process);
    int newer = 0;
    while (true) {
      WatchPipelineResponse look = looks.next();
      Instant at = Instant.ofEpochSecond(look.getTime().getSeconds(), look.getTime().getNanos());
      newer += at.isAfter(time) ? 1 : 0;
      if (newer == 2) {
        return projection(look);
      }
    }
  }

  private static Iterator<WatchPipelineResponse> looks(ConsumersProcess process) {
    return EventFlowServiceGrpc.newBlockingStub(process.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .watchPipeline(WatchPipelineRequest.getDefaultInstance());
  }

  private static ConsumerStage projection(WatchPipelineResponse look) {
    return look.getConsumersList().stream()
        .filter(stage -> stage.getConsumer().equals("projection"))
        .findFirst()
        .orElseThrow();
  }

  /** Of the projection; NaN if there is none. */
  private static double metric(ConsumersProcess process, String name) {
    Matcher line =
        Pattern.compile("(?m)^" + name + "\\{[^}]*consumer=\"projection\"[^}]*} (\\S+)$")
            .matcher(process.body("/metrics"));
    return line.find() ? Double.parseDouble(line.group(1)) : Double.NaN;
  }
}
