package org.accrual.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** What a stack keeps about its processes: a log each, and which ones it has started. */
final class RunFolder {
  private static final Duration LEFT_OVER_LIMIT = Duration.ofSeconds(20);

  /** How exactly a start time read again equals the one read before. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  private final Path logs;
  private final Path processes;
  private final Duration leftOverLimit;

  private RunFolder(Path data, Duration leftOverLimit) {
    logs = data.resolve("logs");
    processes = data.resolve("processes");
    this.leftOverLimit = leftOverLimit;
  }

  /** Makes the folders. */
  static RunFolder in(Path data) {
    return in(data, LEFT_OVER_LIMIT);
  }

  /** The same; left-over processes have that long to end by themselves. */
  static RunFolder in(Path data, Duration leftOverLimit) {
    RunFolder folder = new RunFolder(data, leftOverLimit);
    try {
      Files.createDirectories(folder.logs);
      Files.createDirectories(folder.processes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  Path log(String name) {
    return logs.resolve(name + ".log");
  }

  /** Puts the log of an earlier run aside, as {@code NAME.1.log}. */
  void freshLog(String name) {
    try {
      if (Files.exists(log(name))) {
        Files.move(log(name), logs.resolve(name + ".1.log"), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last line of its log that says something. */
  String lastLine(String name) {
    try (Stream<String> lines = Files.lines(log(name))) {
      return lines.filter(line -> !line.isBlank()).reduce((before, last) -> last).orElse("");
    } catch (IOException | UncheckedIOException unreadable) {
      return "";
    }
  }

  void remember(String name, ProcessHandle process) throws IOException {
    long start = process.info().startInstant().orElse(Instant.now()).toEpochMilli();
    Files.writeString(processes.resolve(name), process.pid() + " " + start);
  }

  void forget(String name) {
    try {
      Files.deleteIfExists(processes.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for processes that a killed launcher left to end by themselves, which they do when they
   * notice, and kills those that do not.
   */
  void endLeftOvers() {
    try (Stream<Path> files = Files.list(processes)) {
      List<Path> all = files.toList();
      Instant end = Instant.now().plus(leftOverLimit);
      for (Path file : all) {
        leftOver(file).ifPresent(process -> end(process, end));
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<ProcessHandle> leftOver(Path file) throws IOException {
    String[] parts = Files.readString(file).split(" ", 2);
    try {
      Instant start = Instant.ofEpochMilli(Long.parseLong(parts[1].trim()));
      return ProcessHandle.of(Long.parseLong(parts[0]))
          .filter(process -> startedAt(process, start));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException cutShort) {
      return Optional.empty();
    }
  }

  /** Its number may belong to another process by now. */
  private static boolean startedAt(ProcessHandle process, Instant start) {
    return process
        .info()
        .startInstant()
        .map(found -> Duration.between(found, start).abs())
        .filter(difference -> difference.compareTo(CLOCK_TOLERANCE) < 0)
        .isPresent();
  }

  private static void end(ProcessHandle process, Instant limit) {
    try {
      long left = Math.max(0, Duration.between(Instant.now(), limit).toMillis());
      process.onExit().get(left, TimeUnit.MILLISECONDS);
    } catch (TimeoutException hangs) {
      process.destroyForcibly();
      process.onExit().join();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
