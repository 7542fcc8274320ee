package org.accrual.intake;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.accrual.embedded.SharedParts;
import org.accrual.runtime.registry.SchemaRegistry;

/** A process that applies the events of one topic, to be killed. */
final class ProbeProcess {
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Process process;

  private ProbeProcess(Process process) {
    this.process = process;
  }

  static ProbeProcess start(
      ProbeTables tables, Subscription subscription, PlantedBug bug, Path log) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            ProbeProcess.class.getName(),
            tables.database.getJdbcUrl(),
            SharedParts.kafka().bootstrapServers(),
            SharedParts.registry().url(),
            subscription.consumer(),
            subscription.topics().getFirst(),
            bug.name());
    try {
      return new ProbeProcess(
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void kill() {
    process.destroyForcibly();
    int _ = awaitEnd();
  }

  void stop() {
    process.destroy();
    int _ = awaitEnd();
  }

  /** Pauses the process, as on a host that hangs: it loses its partitions and does not know it. */
  void pause() {
    signal("STOP");
  }

  void goOn() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new AssertionError("the probe cannot be sent signal " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until the process ends and returns its exit code. */
  int awaitEnd() {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError("a probe does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The process itself. */
  public static void main(String[] args) {
    HikariDataSource database = new HikariDataSource();
    database.setJdbcUrl(args[0]);
    database.setUsername("postgres");
    database.setAutoCommit(false);
    database.setMaximumPoolSize(3);
    MessageDecoder decoder = new MessageDecoder(new SchemaRegistry(URI.create(args[2]))::byId);
    BatchTransaction transaction =
        new BatchTransaction(database, decoder, ProbeTables.GATE, ProbeTables::append);
    PlantedBug bug = PlantedBug.valueOf(args[5]);
    IntakeSettings settings =
        new IntakeSettings(args[1], 100, Duration.ofSeconds(6), Duration.ofMillis(500));
    Subscription subscription = new Subscription(args[3], List.of(args[4]));
    IntakeLoop loop =
        new IntakeLoop(
            subscription,
            settings,
            bug.handler(database, decoder, transaction),
            new RecordingObserver(),
            new OffsetTable("probe", database, new TopicIds(args[1])),
            bug.kafka(settings.kafka(subscription)));
    RedriveLoop redrive = new RedriveLoop("probe", transaction::redrive, settings.retryPause());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  loop.beginStop();
                  redrive.beginStop();
                  try {
                    System.out.println("stopped in time: " + loop.awaitStop(STOP));
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    loop.start();
    redrive.start();
    try {
      Thread.currentThread().join();
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    }
  }
}
