package org.accrual.consumers.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.accrual.api.query.v1.ConsumerStage;
import org.accrual.api.query.v1.CoreStage;
import org.accrual.api.query.v1.KafkaStage;
import org.accrual.api.query.v1.MessageStage;
import org.accrual.api.query.v1.OutboxStage;
import org.accrual.api.query.v1.PipelineHealth;
import org.accrual.api.query.v1.RelayStage;
import org.accrual.api.query.v1.SagaStage;
import org.accrual.consumers.flow.DatabaseLook.Mails;
import org.accrual.consumers.flow.DatabaseLook.Parked;
import org.accrual.consumers.flow.DatabaseLook.Relay;
import org.accrual.consumers.flow.DatabaseLook.Sagas;

/** Judges the pipeline: each stage with its health, and what an operator should know. Pure. */
final class PipelineJudge {
  private static final double SLOW_SECONDS = 10;
  private static final double STUCK_SECONDS = 60;
  private static final Duration SILENT = Duration.ofSeconds(15);

  /** What a stage is judged to be. */
  private record Verdict(PipelineHealth health, String detail) {
    static final Verdict OK = new Verdict(PipelineHealth.PIPELINE_HEALTH_OK, "");

    static Verdict warning(String detail) {
      return new Verdict(PipelineHealth.PIPELINE_HEALTH_WARNING, detail);
    }

    static Verdict trouble(String detail) {
      return new Verdict(PipelineHealth.PIPELINE_HEALTH_TROUBLE, detail);
    }

    static Verdict unknown(String detail) {
      return new Verdict(PipelineHealth.PIPELINE_HEALTH_UNKNOWN, detail);
    }

    /** By how long something has waited. */
    static Verdict waited(double seconds, String what) {
      String detail = "%s for %.0f s".formatted(what, seconds);
      return seconds > STUCK_SECONDS
          ? trouble(detail)
          : seconds > SLOW_SECONDS ? warning(detail) : OK;
    }
  }

  private PipelineJudge() {}

  static CoreStage core(Optional<DatabaseLook> database, double perSecond) {
    CoreStage.Builder core = CoreStage.newBuilder().setWrittenPerSecond(perSecond);
    Verdict verdict =
        database
            .map(look -> look.cores() > 0 ? Verdict.OK : noCore(look))
            .orElseGet(PipelineJudge::databaseAway);
    database.ifPresent(look -> core.setProcesses(look.cores()).setUnblindings(look.unblindings()));
    return core.setHealth(verdict.health()).setDetail(verdict.detail()).build();
  }

  private static Verdict noCore(DatabaseLook look) {
    return look.coreSeen().isEmpty()
        ? Verdict.unknown("no enrollment-core has reported yet")
        : Verdict.trouble("no enrollment-core has reported since " + look.coreSeen().get());
  }

  static OutboxStage outbox(Optional<DatabaseLook> database) {
    OutboxStage.Builder outbox = OutboxStage.newBuilder();
    Verdict verdict = database.map(PipelineJudge::outbox).orElseGet(PipelineJudge::databaseAway);
    database.ifPresent(
        look ->
            outbox
                .setDepth(look.outboxDepth())
                .setOldest(Times.of(seconds(look.outboxOldestSeconds())))
                .setRejected(look.rejected()));
    return outbox.setHealth(verdict.health()).setDetail(verdict.detail()).build();
  }

  private static Verdict outbox(DatabaseLook look) {
    Verdict waited =
        Verdict.waited(look.outboxOldestSeconds(), "a message has waited for the relay");
    return waited.equals(Verdict.OK) && look.rejected() > 0
        ? Verdict.warning(
            look.rejected() + " messages from SQL could not become records: see outbox.rejected")
        : waited;
  }

  static RelayStage relay(Optional<DatabaseLook> database, Instant now) {
    RelayStage.Builder stage = RelayStage.newBuilder();
    Optional<Relay> told = database.flatMap(DatabaseLook::relay);
    Verdict verdict =
        database.isEmpty()
            ? databaseAway()
            : told.map(relay -> relay(relay, now))
                .orElseGet(() -> Verdict.unknown("there is no relay slot: run provision"));
    told.ifPresent(
        relay -> {
          stage
              .setState(relay.state())
              .setInstance(relay.instance())
              .setLag(Times.of(seconds(relay.lagSeconds())))
              .setLagBytes(relay.lagBytes())
              .setRetainedWalBytes(relay.retainedBytes())
              .setReportTime(Times.of(relay.reportedAt()));
          relay.bytesUntilLost().ifPresent(stage::setWalBytesUntilLost);
        });
    return stage.setHealth(verdict.health()).setDetail(verdict.detail()).build();
  }

  private static Verdict relay(Relay relay, Instant now) {
    if (relay.state().equals("refused") || !relay.reason().isEmpty()) {
      return Verdict.trouble(relay.reason());
    }
    if (!relay.walStatus().equals("reserved") && !relay.walStatus().equals("extended")) {
      return Verdict.trouble(
          "the slot is " + relay.walStatus() + ": see the relay's guide, recover");
    }
    if (relay.reportedAt().isBefore(now.minus(SILENT))) {
      return Verdict.trouble("no relay has reported since " + relay.reportedAt());
    }
    return relay.state().equals("streaming")
        ? Verdict.waited(relay.lagSeconds(), "it has been behind")
        : Verdict.warning("it is " + relay.state());
  }

  static KafkaStage kafka(Optional<KafkaLook> kafka, String trouble, double perSecond) {
    return kafka
        .map(
            look ->
                KafkaStage.newBuilder()
                    .setHealth(PipelineHealth.PIPELINE_HEALTH_OK)
                    .setBrokers(look.brokers())
                    .setWrittenPerSecond(perSecond))
        .orElseGet(
            () ->
                KafkaStage.newBuilder()
                    .setHealth(PipelineHealth.PIPELINE_HEALTH_TROUBLE)
                    .setDetail(trouble))
        .build();
  }

  /** Returns the consumers that the brokers know, and those that have something parked. */
  static SortedMap<String, ConsumerStage> consumers(
      Iterable<String> names,
      Optional<DatabaseLook> database,
      Optional<SortedMap<String, ConsumerLag>> lags) {
    SortedMap<String, ConsumerStage> stages = new TreeMap<>();
    for (String name : names) {
      Parked parked =
          database
              .map(look -> look.parked().getOrDefault(name, new Parked(0, 0)))
              .orElse(new Parked(0, 0));
      Optional<ConsumerLag> lag = lags.flatMap(all -> Optional.ofNullable(all.get(name)));
      Verdict verdict = database.isEmpty() ? databaseAway() : consumer(parked, lag);
      ConsumerStage.Builder stage =
          ConsumerStage.newBuilder()
              .setConsumer(name)
              .setHealth(verdict.health())
              .setDetail(verdict.detail())
              .setParked(parked.letters())
              .setParkedKeys(parked.keys());
      lag.ifPresent(one -> fill(stage, one));
      stages.put(name, stage.build());
    }
    return stages;
  }

  private static Verdict consumer(Parked parked, Optional<ConsumerLag> known) {
    if (parked.letters() > 0) {
      return Verdict.trouble(
          "%d keys parked, %d messages".formatted(parked.keys(), parked.letters()));
    }
    if (known.isEmpty()) {
      return Verdict.unknown("the brokers do not report how far it is");
    }
    ConsumerLag lag = known.get();
    if (lag.members() > 0) {
      return Verdict.waited(lag.time().toMillis() / 1000.0, "a record has waited");
    }
    return lag.everRan()
        ? Verdict.trouble("no process runs it; %d records wait".formatted(lag.records()))
        : Verdict.unknown("no process has run it yet");
  }

  private static void fill(ConsumerStage.Builder stage, ConsumerLag lag) {
    stage
        .setMembers(lag.members())
        .setLag(lag.records())
        .setLagTime(Times.of(lag.time()))
        .setTakenPerSecond(lag.perSecond());
    if (lag.records() > 0 && lag.perSecond() > 0) {
      stage.setClearsIn(Times.of(seconds(lag.records() / lag.perSecond())));
    }
  }

  static SagaStage sagas(Optional<DatabaseLook> database) {
    SagaStage.Builder stage = SagaStage.newBuilder();
    Optional<Sagas> sagas = database.map(DatabaseLook::sagas);
    Verdict verdict =
        sagas
            .map(
                s ->
                    s.overdue() == 0
                        ? Verdict.OK
                        : Verdict.trouble(s.overdue() + " should have moved more than 30 s ago"))
            .orElseGet(PipelineJudge::databaseAway);
    sagas.ifPresent(
        s ->
            stage
                .setRunning(s.running())
                .setCompensating(s.compensating())
                .setOverdue(s.overdue()));
    return stage.setHealth(verdict.health()).setDetail(verdict.detail()).build();
  }

  static MessageStage messages(Optional<DatabaseLook> database) {
    MessageStage.Builder stage = MessageStage.newBuilder();
    Optional<Mails> mails = database.map(DatabaseLook::mails);
    Verdict verdict =
        mails
            .map(
                m ->
                    m.inDoubt() + m.refused() == 0
                        ? Verdict.OK
                        : Verdict.warning(
                            "%d in doubt, %d refused".formatted(m.inDoubt(), m.refused())))
            .orElseGet(PipelineJudge::databaseAway);
    mails.ifPresent(
        m -> stage.setWaiting(m.waiting()).setInDoubt(m.inDoubt()).setRefused(m.refused()));
    return stage.setHealth(verdict.health()).setDetail(verdict.detail()).build();
  }

  private static Verdict databaseAway() {
    return Verdict.unknown("the database does not answer");
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1000));
  }
}
