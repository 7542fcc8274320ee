package org.accrual.relay.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs writers and a relay with faults at random, and compares the topic with the outbox. The order
 * and the times of the faults, and the places and passages of the relay's deaths, follow from the
 * seed; when the operating system runs which program does not.
 */
final class FaultRun {
  private static final int WRITERS = 6;
  private static final Duration DRAIN = Duration.ofMinutes(10);
  private static final Duration DEATHS = Duration.ofMinutes(10);

  /**
   * How many times each part is killed.
   *
   * @param deaths of the relay that follow, at the kill points that its classes were edited for
   */
  record Plan(int relayKills, int kafkaKills, int postgresKills, int deaths) {}

  /**
   * The state at the end of a run.
   *
   * @param drained whether the checkpoint reached the end of the database's log
   * @param refusal the reason why the relay refused to run, empty if it did not
   * @param deaths how many times the relay died at each kill point
   */
  record Outcome(
      boolean drained, String refusal, Map<KillPoint, Integer> deaths, Findings findings) {}

  private enum Fault {
    RELAY,
    KAFKA,
    POSTGRES
  }

  private final Plan plan;
  private final long seed;
  private final Path folder;
  private final List<Path> editedClasses;

  FaultRun(Plan plan, long seed, Path folder, List<Path> editedClasses) {
    this.plan = plan;
    this.seed = seed;
    this.folder = folder;
    this.editedClasses = editedClasses;
  }

  Outcome run() throws Exception {
    Random random = new Random(seed);
    Deaths deaths = new Deaths(plan.deaths(), random);
    try (FaultStack stack = new FaultStack(folder)) {
      try (Connection connection = DriverManager.getConnection(stack.url())) {
        Writers.prepare(connection);
      }
      try (Supervised relay = new Supervised(() -> relay(stack, deaths), deaths::ended)) {
        Writers writers = new Writers(stack.url());
        try (writers) {
          writers.start(WRITERS, seed);
          for (Fault fault : faults(random)) {
            strike(fault, stack, relay, random);
          }
          awaitDeaths(deaths, stack);
        }
        boolean drained = stack.drainedWithin(DRAIN);
        Findings findings = Findings.of(stack.outbox(), stack.topic());
        findings.lost().addAll(stack.misfitsNotSetAside());
        findings.invented().addAll(stack.setAsideWithoutReason());
        Outcome outcome = new Outcome(drained, stack.refusal(), deaths.fired(), findings);
        System.out.printf(
            "fault run, seed %d, %s: %d relay starts, %s%n", seed, plan, relay.starts(), outcome);
        stack.outbox().forEach(message -> writers.acknowledged().remove(message.id()));
        if (!writers.acknowledged().isEmpty()) {
          throw new IllegalStateException(
              "PostgreSQL lost what it had acknowledged: " + writers.acknowledged().size());
        }
        return outcome;
      }
    }
  }

  private Process relay(FaultStack stack, Deaths deaths) throws IOException {
    List<String> settings = new ArrayList<>(stack.relaySettings());
    settings.addAll(deaths.settings());
    return Programs.relay("-Xmx192m", editedClasses, settings, stack.log("relay"));
  }

  private List<Fault> faults(Random random) {
    List<Fault> faults = new ArrayList<>();
    faults.addAll(Collections.nCopies(plan.relayKills(), Fault.RELAY));
    faults.addAll(Collections.nCopies(plan.kafkaKills(), Fault.KAFKA));
    faults.addAll(Collections.nCopies(plan.postgresKills(), Fault.POSTGRES));
    Collections.shuffle(faults, random);
    return faults;
  }

  private static void strike(Fault fault, FaultStack stack, Supervised relay, Random random)
      throws Exception {
    // Mostly while records flow, sometimes before they do.
    if (random.nextInt(5) > 0) {
      awaitFlow(stack, Duration.ofSeconds(40));
    }
    new CountDownLatch(1).await(random.nextInt(1_000), TimeUnit.MILLISECONDS);
    switch (fault) {
      case RELAY -> relay.kill();
      case KAFKA -> stack.killKafka();
      case POSTGRES -> stack.killPostgres();
    }
  }

  private static void awaitDeaths(Deaths deaths, FaultStack stack) throws Exception {
    long deadline = System.nanoTime() + DEATHS.toNanos();
    while (!deaths.areOver() && stack.refusal().isEmpty()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("the relay died only at " + deaths.fired());
      }
      new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS);
    }
  }

  private static void awaitFlow(FaultStack stack, Duration limit) throws Exception {
    String confirmed =
        "select coalesce(max(confirmed_flush_lsn), '0/0') from pg_replication_slots where active";
    String before = stack.query(confirmed);
    long deadline = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < deadline) {
      String now = stack.query(confirmed);
      if (!now.equals("0/0") && !before.equals("0/0") && !now.equals(before)) {
        return;
      }
      before = now;
      new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
    }
  }
}
