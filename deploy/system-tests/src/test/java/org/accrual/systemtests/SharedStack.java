package org.accrual.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.accrual.local.Stack;
import org.accrual.local.StackSettings;

/**
 * One stack of real processes for all tests of this JVM, on free ports, stopped when the JVM ends.
 */
final class SharedStack {
  private static SharedStack started;

  private final Stack stack;

  private SharedStack(Stack stack) {
    this.stack = stack;
  }

  static synchronized SharedStack get() {
    if (started == null) {
      Stack stack = new Stack(StackSettings.beside(freshFolder()), System.out::println);
      Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stop-stack"));
      stack.start(false);
      started = new SharedStack(stack);
    }
    return started;
  }

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

  Evidence evidence() {
    return new Evidence(stack.addresses().jdbc(), stack.addresses().kafka());
  }

  Balance balance() {
    return new Balance(evidence());
  }

  /** The processes whose log has one of the names. */
  List<String> logsWith(String... names) {
    return List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS).stream()
        .filter(process -> Stream.of(names).anyMatch(logOf(process)::contains))
        .toList();
  }

  private String logOf(String process) {
    try {
      return Files.readString(stack.log(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of enrollment-core, then of consumers. */
  List<Integer> grpcPorts() {
    return List.of(stack.addresses().ports().coreGrpc(), stack.addresses().ports().consumersGrpc());
  }

  /** kill -9, and on: it is started again by itself. */
  void kill(String process) {
    stack.kill(process);
  }

  void awaitRunning(String process) throws InterruptedException {
    if (!stack.awaitRunning(process, Duration.ofSeconds(60))) {
      throw new IllegalStateException(process + " does not run again");
    }
  }
}
