package org.accrual.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogLinesTest {
  private static String line(Level level, String message, Throwable thrown) {
    LogRecord record = new LogRecord(level, message);
    record.setInstant(Instant.parse("2026-01-02T03:04:05.678901Z"));
    record.setLoggerName("org.accrual.relay.Stream");
    record.setThrown(thrown);
    return new LogLines().format(record);
  }

  @Test
  void writesOneLineWithTimeLevelAndOrigin() {
    assertThat(line(Level.INFO, "it works", null))
        .isEqualTo("2026-01-02T03:04:05.678Z INFO  - Stream: it works" + System.lineSeparator());
  }

  @Test
  void escapesControlCharacters() {
    assertThat(line(Level.INFO, "a\rERROR forged\u001b[2J\u0000", null))
        .endsWith("Stream: a / ERROR forged\\u001b[2J\\u0000" + System.lineSeparator());
  }

  @Test
  void carriesTheCorrelationIdOfTheWorkAtHand() {
    String line =
        ScopedValue.where(Correlation.CURRENT, new Correlation("c-1", "", ""))
            .call(() -> line(Level.WARNING, "slow", null));

    assertThat(line).contains(" WARN  c-1 Stream: slow");
  }

  @Test
  void keepsMessagesAndCausesOnTheLine() {
    Exception thrown = new IllegalStateException("outer\nsecond", new RuntimeException("inner"));

    assertThat(line(Level.WARNING, "a\nb", thrown))
        .endsWith(
            "Stream: a / b | java.lang.IllegalStateException: outer / second <- java.lang.RuntimeException: inner"
                + System.lineSeparator());
    assertThat(line(Level.SEVERE, "fault", thrown).strip())
        .contains("at org.accrual.runtime.LogLinesTest")
        .doesNotContain("\n");
  }
}
