package org.accrual.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.benchmarks.relay.RelayBenchmarks;

/**
 * Runs {@code enroll | outbox-cost | observe-cost | tokens | query | projection | saga | held-xmin
 * [--clients N] [--warmups N] [--turns N] [--seconds N] [--json FILE] [--setting KEY=VALUE]}, or
 * {@code relay-drain | relay-peers | relay-memory | relay-latency | latency} with options of their
 * own. Prints a table and writes JSON. Needs a build ({@code mvn -DskipTests package}); starts what
 * it needs itself and stops it.
 */
public final class Bench {
  /** Kept in a field, since a logger without references loses its level. */
  private static final Logger ROOT = Logger.getLogger("");

  private Bench() {}

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    ROOT.setLevel(Level.WARNING);
    if (args.length > 0 && (args[0].startsWith("relay-") || args[0].equals("latency"))) {
      relay(args);
    }
    Options options = Options.parse(args);
    switch (options.benchmark()) {
      case "enroll" -> EnrollBenchmark.run(options);
      case "outbox-cost" -> OutboxCostBenchmark.run(options);
      case "observe-cost" -> ObserveCostBenchmark.run(options);
      case "tokens" -> TokenBenchmark.run(options);
      case "query" -> QueryBenchmark.run(options);
      case "projection" -> ProjectionBenchmark.run(options);
      case "saga" -> SagaBenchmark.run(options);
      case "held-xmin" -> HeldXminBenchmark.run(options);
      default -> throw new IllegalStateException(options.benchmark());
    }
    System.exit(0);
  }

  private static void relay(String... args) throws Exception {
    try {
      RelayBenchmarks.run(List.of(args));
      System.exit(0);
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.exit(78);
    }
  }

  /**
   * Options of the other benchmarks.
   *
   * @param clients operating at once
   * @param warmups turns of each contender before those that count: a service's code is compiled
   *     while it works, which takes it most of a minute on two cores
   * @param turns of each contender that count
   * @param turn length of one
   * @param json where every figure goes
   * @param settings of the consumers process of {@code projection} and of the services of {@code
   *     saga} and {@code held-xmin}, such as {@code accrual.flow.hops=false}
   */
  record Options(
      String benchmark,
      int clients,
      int warmups,
      int turns,
      Duration turn,
      Path json,
      List<String> settings) {
    private static final int ENROLLMENTS_A_SECOND = 200;
    private static final List<String> BENCHMARKS =
        List.of(
            "enroll",
            "outbox-cost",
            "observe-cost",
            "tokens",
            "query",
            "projection",
            "saga",
            "held-xmin");

    static Options parse(String... args) {
      List<String> given = new ArrayList<>(List.of(args));
      if (given.isEmpty() || !BENCHMARKS.contains(given.getFirst())) {
        throw usage();
      }
      String benchmark = given.removeFirst();
      int clients = 16;
      int warmups = 8;
      int turns = 7;
      int seconds = 5;
      List<String> settings = new ArrayList<>();
      String json = "benchmark-" + benchmark + ".json";
      while (given.size() >= 2) {
        String option = given.removeFirst();
        String value = given.removeFirst();
        switch (option) {
          case "--clients" -> clients = number(value);
          case "--warmups" -> warmups = number(value);
          case "--turns" -> turns = number(value);
          case "--seconds" -> seconds = number(value);
          case "--json" -> json = value;
          case "--setting" -> settings.add(value);
          default -> throw usage();
        }
      }
      if (!given.isEmpty()) {
        throw usage();
      }
      return new Options(
          benchmark,
          clients,
          warmups,
          turns,
          Duration.ofSeconds(seconds),
          Path.of(json),
          List.copyOf(settings));
    }

    /** More enrollments than a running stack confirms on a few processors in all turns. */
    int enrollments() {
      return Math.toIntExact((warmups + turns) * turn.toSeconds() * ENROLLMENTS_A_SECOND);
    }

    Rounds rounds() {
      return new Rounds(clients, warmups, turns, turn);
    }

    private static int number(String value) {
      try {
        int number = Integer.parseInt(value);
        if (number >= 1 && number <= 1000) {
          return number;
        }
      } catch (NumberFormatException notANumber) {
        throw usage();
      }
      throw usage();
    }

    private static IllegalArgumentException usage() {
      System.err.printf(
          Locale.ROOT,
          "usage: bench %s [--clients 16] [--warmups 8] [--turns 7] [--seconds 5] [--json FILE] [--setting KEY=VALUE]; numbers from 1 to 1000%n",
          String.join("|", BENCHMARKS));
      System.exit(78);
      return new IllegalArgumentException();
    }
  }
}
