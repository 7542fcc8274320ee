package org.accrual.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.accrual.embedded.Folders;
import org.accrual.local.Addresses;
import org.accrual.local.Stack;
import org.accrual.local.StackSettings;

/** A stack of real processes on free ports, in a folder of its own. */
final class TestStack implements AutoCloseable {
  private static TestStack shared;

  /** Where the processes' logs are kept when a stack's other data is deleted. */
  private static final Path LOGS = Path.of("target", "stack-logs").toAbsolutePath();

  private final Stack stack;
  private final Path folder;

  private TestStack(Stack stack, Path folder) {
    this.stack = stack;
    this.folder = folder;
  }

  /** One for all tests of this JVM, stopped when the JVM ends; all of its processes are traced. */
  static synchronized TestStack shared() {
    if (shared == null) {
      shared = started(settings -> OtlpReceiver.shared().traced(settings));
    }
    return shared;
  }

  /**
   * Starts another stack, which the caller stops; at the latest it is stopped when the JVM ends.
   */
  static TestStack started(UnaryOperator<StackSettings> with) {
    Path folder = freshFolder();
    Stack stack = new Stack(with.apply(StackSettings.beside(folder)), System.out::println);
    TestStack started = new TestStack(stack, folder);
    Runtime.getRuntime().addShutdownHook(new Thread(started::close, "stop-stack"));
    stack.start(false);
    return started;
  }

  /** Returns a new folder, which the caller deletes. */
  static Path freshFolder() {
    try {
      return Files.createTempDirectory("accrual-system-test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  SiteClient client() {
    List<Integer> ports = grpcPorts();
    return new SiteClient(ports.get(0), ports.get(1));
  }

  Addresses addresses() {
    return stack.addresses();
  }

  Evidence evidence() {
    return new Evidence(stack.addresses().jdbc(), stack.addresses().kafka());
  }

  Balance balance() {
    return new Balance(evidence());
  }

  /** The processes whose log has one of the names. */
  List<String> logsWith(String... names) {
    return Stream.concat(Stream.of(Stack.CORE, Stack.RELAY), consumers().stream())
        .filter(process -> Stream.of(names).anyMatch(logOf(process)::contains))
        .toList();
  }

  /** The names of the consumers processes. */
  List<String> consumers() {
    return stack.consumers();
  }

  String kafka() {
    return stack.addresses().kafka();
  }

  /** What is answered there by the first consumers process. */
  String consumersHttp(String path) {
    return HttpText.get(stack.addresses().http(stack.addresses().ports().consumersHttp()) + path);
  }

  /** Carries out one of the consumers' commands, as an operator does. */
  Command consumersCommand(String... words) {
    return Command.ofConsumers(stack.addresses().jdbc(), words);
  }

  String logOf(String process) {
    try {
      return Files.readString(stack.log(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code /metrics} of a process. */
  String metrics(String process) {
    int port =
        switch (process) {
          case Stack.CORE -> stack.addresses().ports().coreHttp();
          case Stack.RELAY -> stack.addresses().ports().relayHttp();
          case Stack.CONSUMERS -> stack.addresses().ports().consumersHttp();
          default -> throw new IllegalArgumentException(process);
        };
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI address = URI.create(stack.addresses().http(port) + "/metrics");
      return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Of enrollment-core, then of consumers. */
  List<Integer> grpcPorts() {
    return List.of(stack.addresses().ports().coreGrpc(), stack.addresses().ports().consumersGrpc());
  }

  /** Where browsers find the console. */
  String console() {
    return stack.addresses().console();
  }

  String jdbc() {
    return stack.addresses().jdbc();
  }

  /** kill -9, and on: it is started again by itself. */
  void kill(String process) {
    stack.kill(process);
  }

  /** Sends SIGSTOP, and SIGCONT after that time. */
  void silence(String process, Duration time) throws IOException, InterruptedException {
    long pid = stop(process);
    try {
      new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      goOn(pid);
    }
  }

  /** Sends SIGSTOP and returns the process id. */
  long stop(String process) throws IOException, InterruptedException {
    long pid = stack.pid(process);
    ChildProcess.signal("STOP", pid);
    return pid;
  }

  /** Sends SIGCONT if the process still runs. */
  static void goOn(long pid) throws IOException, InterruptedException {
    ChildProcess.signal("CONT", pid);
  }

  /** Whether it serves now, as far as its last start is concerned. */
  boolean runs(String process) throws InterruptedException {
    return stack.awaitRunning(process, Duration.ZERO);
  }

  long pid(String process) {
    return stack.pid(process);
  }

  void awaitRunning(String process) throws InterruptedException {
    if (!stack.awaitRunning(process, Duration.ofSeconds(60))) {
      throw new IllegalStateException(process + " does not run again");
    }
  }

  /** Stops all processes, keeps their logs under {@code target} and deletes all other data. */
  @Override
  public void close() {
    stack.close();
    try {
      keepLogs();
    } finally {
      Folders.delete(folder);
    }
  }

  private void keepLogs() {
    Path logs = folder.resolve("logs");
    if (!Files.isDirectory(logs)) {
      return;
    }
    try (Stream<Path> files = Files.list(logs)) {
      Path kept = Files.createDirectories(LOGS.resolve(folder.getFileName()));
      for (Path file : files.toList()) {
        Files.copy(file, kept.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
