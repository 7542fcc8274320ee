package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One transaction far larger than the heap, with a kill inside it. {@code -Pfaults} makes it one of
 * 5,000,000 rows with 512 MB.
 */
@Tag("faults")
class LargeTransactionIT {
  private static final int KEYS = 12;

  @TempDir Path folder;

  @Test
  void passesInSlicesOnceAndInOrder() throws Exception {
    int rows = Integer.getInteger("faults.large-rows", 70_000);
    int payload = Integer.getInteger("faults.large-payload", 2_000);
    String heap = System.getProperty("faults.large-heap", "-Xmx120m");
    try (FaultStack stack = new FaultStack(folder);
        Connection connection = DriverManager.getConnection(stack.url());
        var statement = connection.createStatement()) {
      statement.execute(
          """
          insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
          select uuidv7(), '%s', 'k' || n %% %d, 'accrual.study.activated.v1',
                 decode(repeat(to_hex(n %% 16) || 'f', %d), 'hex'),
                 jsonb_build_object('number', (n / %d + 1)::text)
            from generate_series(0, %d) n"""
              .formatted(Writers.AGGREGATE_TYPE, KEYS, payload, KEYS, rows - 1));
      try (Supervised relay =
          new Supervised(
              () ->
                  Programs.relay(
                      heap,
                      List.of(),
                      stack.relaySettings().stream()
                          .filter(setting -> !setting.contains("-rows="))
                          .toList(),
                      stack.log("relay")))) {
        await()
            .atMost(Duration.ofSeconds(120))
            .until(() -> Files.readString(stack.log("relay")).contains("-> streaming"));
        await().atMost(Duration.ofSeconds(120)).until(() -> count(stack) > 0);
        relay.kill();

        assertThat(stack.drainedWithin(Duration.ofMinutes(15))).isTrue();
        assertThat(count(stack)).isEqualTo(rows);
        assertThat(relay.starts()).as(Files.readString(stack.log("relay"))).isEqualTo(2);
        assertThat(Files.readString(stack.log("relay"))).doesNotContain("OutOfMemory");
      }
    }
  }

  /** Counts, and sees that each key's numbers are 1, 2, 3 … */
  private static int count(FaultStack stack) {
    Map<String, Long> reached = new HashMap<>();
    int[] count = {0};
    stack.eachOnTopic(
        message -> {
          Long before = reached.put(message.key(), message.number());
          assertThat(message.number()).isEqualTo(before == null ? 1 : before + 1);
          count[0]++;
        });
    return count[0];
  }
}
