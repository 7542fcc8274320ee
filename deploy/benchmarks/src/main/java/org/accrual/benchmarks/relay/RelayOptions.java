package org.accrual.benchmarks.relay;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Options of the relay's benchmarks.
 *
 * @param rows of the backlog, or of the smaller one
 * @param txRows rows of each source transaction
 * @param turns of each contender that count; one before them warms the machine up
 * @param rate asked of the writers of {@code relay-latency}, transactions a second
 * @param partitions of its topic
 * @param warmUp seconds of {@code relay-latency} and {@code latency} that do not count
 * @param seconds of them that count
 * @param writers that write at once in them
 * @param workers of the poller of {@code relay-peers}
 * @param debeziumServer folder of an unpacked distribution, for {@code relay-peers}
 * @param json where every figure goes
 */
record RelayOptions(
    String benchmark,
    int rows,
    int txRows,
    int turns,
    int rate,
    int partitions,
    int warmUp,
    int seconds,
    int writers,
    int workers,
    Optional<Path> debeziumServer,
    Path json) {
  private static final Map<String, Integer> NUMBERS =
      Map.of(
          "--rows", 1_000_000,
          "--tx-rows", 1,
          "--turns", 3,
          "--rate", 2_000,
          "--partitions", Stand.PARTITIONS,
          "--warm-up", 120,
          "--seconds", 30,
          "--writers", 16,
          "--workers", 4);

  /**
   * Reads {@code BENCHMARK [--option value] …}.
   *
   * @throws IllegalArgumentException for anything else
   */
  static RelayOptions parse(List<String> words) {
    Deque<String> given = new ArrayDeque<>(words);
    String benchmark = given.removeFirst();
    Map<String, String> options = new java.util.HashMap<>();
    while (given.size() >= 2) {
      options.put(given.removeFirst(), given.removeFirst());
    }
    if (!given.isEmpty()
        || !options.keySet().stream()
            .allMatch(
                option ->
                    NUMBERS.containsKey(option)
                        || option.equals("--debezium-server")
                        || option.equals("--json"))) {
      throw new IllegalArgumentException(
          "options: --rows N, --tx-rows N, --turns N, --rate N, --partitions N, --warm-up SECONDS,"
              + " --seconds N, --writers N, --workers N, --debezium-server FOLDER, --json FILE");
    }
    return new RelayOptions(
        benchmark,
        number(options, "--rows"),
        number(options, "--tx-rows"),
        number(options, "--turns"),
        number(options, "--rate"),
        number(options, "--partitions"),
        number(options, "--warm-up"),
        number(options, "--seconds"),
        number(options, "--writers"),
        number(options, "--workers"),
        Optional.ofNullable(options.get("--debezium-server")).map(Path::of),
        Path.of(options.getOrDefault("--json", "benchmark-" + benchmark + ".json")));
  }

  private static int number(Map<String, String> options, String name) {
    String given = options.get(name);
    try {
      int value = given == null ? NUMBERS.getOrDefault(name, 1) : Integer.parseInt(given);
      if (value >= 1) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(name + " must be a number from 1", notANumber);
    }
    throw new IllegalArgumentException(name + " must be a number from 1");
  }
}
