package org.accrual.benchmarks.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PostgresCpuTest {
  @Test
  @DisplayName("The times of a process and of its ended children are added, whatever its name")
  void addsTimes() {
    String stat =
        "4711 (postgres: wal) x) S 1 4711 4711 0 -1 4194560 5 6 7 8 100 20 3000 400 20 0 1 0 99 0";

    assertThat(PostgresCpu.ticks(stat)).isEqualTo(3520);
  }

  @Test
  @DisplayName("A process that runs has used CPU time")
  void readsProc() throws Exception {
    assertThat(PostgresCpu.of(ProcessHandle.current().pid())).isPositive();
    assertThat(PostgresCpu.of(ProcessHandle.current().pid())).isLessThan(Duration.ofHours(1));
  }
}
