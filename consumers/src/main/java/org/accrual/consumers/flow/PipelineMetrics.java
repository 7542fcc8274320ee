package org.accrual.consumers.flow;

import com.google.protobuf.Duration;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.accrual.api.query.v1.ConsumerStage;
import org.accrual.api.query.v1.PipelineHealth;
import org.accrual.api.query.v1.WatchPipelineResponse;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.metrics.Tag;

/**
 * The pipeline on {@code /metrics}, as of the last look; NaN where it is not known. With the tag
 * {@code consumer}, of every consumer wherever it runs: {@code accrual_consumer_lag} (records),
 * {@code accrual_consumer_lag_seconds}, {@code accrual_consumer_members}, {@code
 * accrual_dead_letters}, {@code accrual_parked_keys}. With {@code projection}: {@code
 * accrual_projection_staleness_seconds}. Of the outbox: {@code accrual_outbox_depth}, {@code
 * accrual_outbox_oldest_seconds}, {@code accrual_outbox_rejected}. With {@code state}: {@code
 * accrual_sagas}, {@code accrual_notifications}. {@code accrual_core_processes}, {@code
 * accrual_unblindings} (within an hour), {@code accrual_site_supply_patients}, {@code
 * accrual_pipeline_look_age_seconds}.
 */
@ApplicationScoped
class PipelineMetrics {
  private static final List<String> PROJECTIONS = List.of("projection", "analytics");

  void register(
      @Observes @Initialized(ApplicationScoped.class) Object event,
      Meters meters,
      Pipeline pipeline) {
    for (String name : pipeline.consumers()) {
      Tag tag = new Tag("consumer", name);
      Function<ToDoubleFunction<ConsumerStage>, Double> of =
          figure -> consumer(pipeline, name, figure);
      meters.gauge("accrual_consumer_lag", () -> of.apply(PipelineMetrics::lag), tag);
      meters.gauge("accrual_consumer_lag_seconds", () -> of.apply(PipelineMetrics::lagTime), tag);
      meters.gauge(
          "accrual_consumer_members",
          () -> of.apply(c -> c.hasMembers() ? c.getMembers() : Double.NaN),
          tag);
      meters.gauge(
          "accrual_dead_letters", () -> parked(pipeline, name, ConsumerStage::getParked), tag);
      meters.gauge(
          "accrual_parked_keys", () -> parked(pipeline, name, ConsumerStage::getParkedKeys), tag);
    }
    for (String name : PROJECTIONS) {
      meters.gauge(
          "accrual_projection_staleness_seconds",
          () -> consumer(pipeline, name, PipelineMetrics::lagTime),
          new Tag("projection", name));
    }
    gauge(meters, pipeline, "accrual_outbox_depth", look -> look.getOutbox().getDepth());
    gauge(
        meters,
        pipeline,
        "accrual_outbox_oldest_seconds",
        look -> seconds(look.getOutbox().getOldest()));
    gauge(meters, pipeline, "accrual_outbox_rejected", look -> look.getOutbox().getRejected());
    gauge(meters, pipeline, "accrual_core_processes", look -> look.getCore().getProcesses());
    gauge(meters, pipeline, "accrual_unblindings", look -> look.getCore().getUnblindings());
    states(meters, pipeline);
    meters.gauge("accrual_site_supply_patients", () -> supplied(pipeline));
    meters.gauge("accrual_pipeline_look_age_seconds", () -> age(pipeline));
  }

  private static void states(Meters meters, Pipeline pipeline) {
    String sagas = "accrual_sagas";
    gauge(meters, pipeline, sagas, l -> l.getSagas().getRunning(), state("running"));
    gauge(meters, pipeline, sagas, l -> l.getSagas().getCompensating(), state("compensating"));
    gauge(meters, pipeline, sagas, l -> l.getSagas().getOverdue(), state("overdue"));
    String mails = "accrual_notifications";
    gauge(meters, pipeline, mails, l -> l.getMessages().getWaiting(), state("waiting"));
    gauge(meters, pipeline, mails, l -> l.getMessages().getInDoubt(), state("in-doubt"));
    gauge(meters, pipeline, mails, l -> l.getMessages().getRefused(), state("refused"));
  }

  private static Tag state(String state) {
    return new Tag("state", state);
  }

  private static void gauge(
      Meters meters,
      Pipeline pipeline,
      String name,
      ToDoubleFunction<WatchPipelineResponse> figure,
      Tag... tags) {
    meters.gauge(
        name,
        () -> {
          WatchPipelineResponse look = pipeline.latest();
          return knowsTheDatabase(look) ? figure.applyAsDouble(look) : Double.NaN;
        },
        tags);
  }

  private static double consumer(
      Pipeline pipeline, String name, ToDoubleFunction<ConsumerStage> figure) {
    return pipeline.latest().getConsumersList().stream()
        .filter(stage -> stage.getConsumer().equals(name))
        .mapToDouble(figure)
        .findFirst()
        .orElse(Double.NaN);
  }

  private static double parked(
      Pipeline pipeline, String name, ToDoubleFunction<ConsumerStage> figure) {
    return knowsTheDatabase(pipeline.latest()) ? consumer(pipeline, name, figure) : Double.NaN;
  }

  private static boolean knowsTheDatabase(WatchPipelineResponse look) {
    return look.hasTime() && look.getOutbox().getHealth() != PipelineHealth.PIPELINE_HEALTH_UNKNOWN;
  }

  private static double lag(ConsumerStage stage) {
    return stage.hasMembers() ? stage.getLag() : Double.NaN;
  }

  private static double lagTime(ConsumerStage stage) {
    return stage.hasMembers() ? seconds(stage.getLagTime()) : Double.NaN;
  }

  private static double seconds(Duration time) {
    return time.getSeconds() + time.getNanos() / 1e9;
  }

  private static double supplied(Pipeline pipeline) {
    OptionalLong supplied = pipeline.supplied();
    return supplied.isPresent() ? supplied.getAsLong() : Double.NaN;
  }

  private static double age(Pipeline pipeline) {
    WatchPipelineResponse look = pipeline.latest();
    return look.hasTime()
        ? Instant.now().toEpochMilli() / 1000.0 - look.getTime().getSeconds()
        : Double.NaN;
  }
}
