package org.accrual.local;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.accrual.embedded.EmbeddedPostgres;
import org.accrual.embedded.FreePort;
import org.accrual.provision.Provision;
import org.accrual.provision.ProvisionRefused;
import org.accrual.provision.ProvisionSettings;
import org.accrual.provision.RecoveryNeededException;
import org.accrual.runtime.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * All processes of an installation on this machine. {@link #start} and {@link #close} may be called
 * by different threads; a stop during the start wins. What dies is started again until then.
 */
public final class Stack implements AutoCloseable {
  public static final String POSTGRESQL = "postgresql";
  public static final String KAFKA = "kafka";
  public static final String REGISTRY = "registry";
  public static final String SMTP = "smtp";
  public static final String CORE = "enrollment-core";
  public static final String RELAY = "outbox-relay";
  public static final String CONSUMERS = "consumers";

  private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

  private final StackSettings settings;
  private final Consumer<String> progress;
  private final List<Supervised> supervised = new ArrayList<>();
  private final OutboxUpkeep upkeep;
  private volatile @Nullable InstanceLock lock;
  private boolean stopped;

  /** Held while everything is being stopped, so that a second caller returns when that is done. */
  private final Object closing = new Object();

  private boolean closed;

  /**
   * A stack that is not started yet.
   *
   * @param progress is given one line for each thing that happens, by several threads
   */
  public Stack(StackSettings settings, Consumer<String> progress) {
    this.settings = settings;
    this.progress = progress;
    this.upkeep = new OutboxUpkeep(progress);
  }

  public Addresses addresses() {
    return new Addresses(settings.ports());
  }

  /**
   * Starts everything and waits until all of it serves, at most some minutes. If one part does not,
   * all are stopped, except that a relay may refuse: what it waits for needs the other parts.
   *
   * @param clean empty the data first
   * @throws StackFailed with one line that says what to do
   */
  public void start(boolean clean) {
    try {
      RunFolder folder = prepare(clean);
      Parts parts = new Parts(settings);
      parts.requireBuilt();
      requireFreePorts();
      CompletableFuture<Void> kafka = async(() -> run(parts.kafka(), folder));
      CompletableFuture<Void> database =
          async(() -> run(parts.postgresql(), folder))
              .thenRunAsync(() -> run(parts.registry(), folder), THREADS);
      CompletableFuture<Void> smtp = async(() -> run(parts.smtp(), folder));
      joinAll(List.of(kafka, database, smtp));
      ProvisionSettings provisioned = provision();
      joinAll(parts.services().stream().map(part -> async(() -> run(part, folder))).toList());
      Probes.refusal(addresses().http(settings.ports().relayHttp()))
          .ifPresent(answer -> reportRefusal(answer, parts));
      upkeep.start(provisioned);
    } catch (RuntimeException failed) {
      close();
      throw failed;
    }
  }

  /** The names of the consumers processes. */
  public List<String> consumers() {
    return IntStream.rangeClosed(1, settings.consumers()).mapToObj(Stack::consumers).toList();
  }

  /** The name of one of several consumers processes, counted from 1. */
  static String consumers(int number) {
    return number == 1 ? CONSUMERS : CONSUMERS + "-" + number;
  }

  /** Process id of a part's latest start. */
  public long pid(String name) {
    return part(name).pid();
  }

  /** Kills a part with SIGKILL and waits until it is gone; it is started again by itself. */
  public void kill(String name) {
    part(name).kill();
  }

  /** Waits until a part serves; false if it does not within the limit. */
  public boolean awaitRunning(String name, Duration limit) throws InterruptedException {
    return part(name).awaitRunning(limit);
  }

  /** Where a part's output goes. */
  public Path log(String name) {
    return RunFolder.in(settings.data()).log(name);
  }

  /** Stops everything within 60 s: services first, then the parts that they need. */
  @Override
  public void close() {
    List<Supervised> started;
    synchronized (this) {
      stopped = true;
      started = List.copyOf(supervised);
    }
    synchronized (closing) {
      if (!closed && !started.isEmpty()) {
        progress.accept("stopping");
        upkeep.close();
        stop(started, services());
        stop(started, List.of(REGISTRY, SMTP));
        stop(started, List.of(KAFKA));
        stop(started, List.of(POSTGRESQL));
        progress.accept("stopped");
      }
      closed = true;
      if (lock != null) {
        lock.close();
      }
    }
  }

  private RunFolder prepare(boolean clean) {
    lock = InstanceLock.on(settings.data());
    RunFolder folder = RunFolder.in(settings.data());
    folder.endLeftOvers();
    EmbeddedPostgres.stopLeftOver(settings.data().resolve(POSTGRESQL));
    if (clean) {
      DataFolder.empty(settings.data());
      progress.accept("%-16s emptied".formatted(settings.data()));
    }
    return RunFolder.in(settings.data());
  }

  private void requireFreePorts() {
    settings
        .ports()
        .byName()
        .forEach(
            (name, port) -> {
              if (!FreePort.isFree(Addresses.HOST, port)) {
                throw StackFailed.configuration(
                    "port %d (%s) is in use: stop what listens there, or set accrual.local.%2$s-port"
                        .formatted(port, name));
              }
            });
  }

  private void run(Part part, RunFolder folder) {
    folder.freshLog(part.name());
    Supervised one = new Supervised(part, folder, progress);
    synchronized (this) {
      if (stopped) {
        throw StackFailed.failure("stopped while starting");
      }
      supervised.add(one);
    }
    one.start();
  }

  private void reportRefusal(String answer, Parts parts) {
    progress.accept(
        "%-16s refuses, so nothing reaches Kafka: %s. To repair its slot, run: %s; then restart it: kill %d"
            .formatted(RELAY, answer, parts.recoverCommand(), pid(RELAY)));
  }

  private ProvisionSettings provision() {
    ProvisionSettings provisioned =
        new ProvisionSettings(
            new DatabaseSettings(addresses().jdbc(), Addresses.OWNER, ""),
            addresses().kafka(),
            URI.create(addresses().registry()),
            1,
            ProvisionSettings.OUTBOX_RETENTION,
            settings.slot(),
            settings.publication(),
            false);
    Consumer<String> lines = line -> progress.accept("%-16s %s".formatted("provision", line));
    try {
      Provision.run(provisioned, lines);
      return provisioned;
    } catch (RecoveryNeededException e) {
      // The relay refuses too; recover needs PostgreSQL and Kafka, so everything else runs.
      lines.accept(String.valueOf(e.getMessage()));
      return provisioned;
    } catch (ProvisionRefused refused) {
      throw StackFailed.failure("provision: " + refused.getMessage(), refused);
    }
  }

  private synchronized Supervised part(String name) {
    return supervised.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not started: " + name));
  }

  private List<String> services() {
    return Stream.concat(Stream.of(CORE, RELAY), consumers().stream()).toList();
  }

  private static void stop(List<Supervised> started, List<String> names) {
    joinAll(
        started.stream()
            .filter(each -> names.contains(each.name()))
            .map(each -> async(each::stop))
            .toList());
  }

  private static CompletableFuture<Void> async(Runnable task) {
    return CompletableFuture.runAsync(task, THREADS);
  }

  /** Waits for all, or for the first that fails. */
  private static void joinAll(List<CompletableFuture<Void>> tasks) {
    CompletableFuture<Void> firstFailure = new CompletableFuture<>();
    for (CompletableFuture<Void> task : tasks) {
      var _ =
          task.exceptionally(
              failed -> {
                firstFailure.completeExceptionally(failed);
                return null;
              });
    }
    CompletableFuture<Void> all = CompletableFuture.allOf(tasks.toArray(CompletableFuture[]::new));
    try {
      CompletableFuture.anyOf(all, firstFailure).join();
    } catch (CompletionException failed) {
      Throwable cause = failed.getCause();
      throw StackFailed.from(
          cause instanceof CompletionException deeper ? deeper.getCause() : cause);
    }
  }
}
