package org.accrual.relay.stream.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RecentTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
  private final Recent<String> recent = new Recent<>(now::get);

  @Test
  @DisplayName("A value is fresh for its time, also where the clock overflows")
  void aValueIsFreshForItsTime() {
    recent.put("a", "1", Duration.ofNanos(5));
    now.addAndGet(5);
    assertThat(recent.fresh("a")).contains("1");

    now.addAndGet(1);
    assertThat(recent.fresh("a")).isEmpty();
    assertThat(recent.last("a")).contains("1");
  }

  @Test
  @DisplayName("Any number of keys takes a bounded amount of memory; the oldest go first")
  void theNumberOfKeysIsBounded() {
    recent.put("first", "1", Duration.ofDays(1));
    recent.put("second", "2", Duration.ofDays(1));
    recent.put("first", "3", Duration.ofDays(1));
    for (int i = 0; i < Recent.MOST - 1; i++) {
      recent.put("key " + i, "x", Duration.ofDays(1));
    }

    assertThat(recent.fresh("first")).contains("3");
    assertThat(recent.fresh("second")).isEmpty();
  }
}
