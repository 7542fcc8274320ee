package org.accrual.consumers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong or missing setting ends the start with one line, before anything is connected to. */
class StartRefusalIT {
  @ParameterizedTest(name = "{0}={1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          accrual.intake.batch-size | many | accrual.intake.batch-size | a whole number from 1 to 10000
          accrual.consumers.enabled | projection,notification | accrual.notification.smtp.host | accrual.consumers.enabled
          accrual.consumers.enabled | all | accrual.blinding.public-key | an X25519 public key
          """)
  void aWrongSettingEndsTheStartWithOneLine(String key, String value, String named, String says) {
    Path log = Path.of("target", "refused-" + value.replace(',', '-') + ".log");
    try (ConsumersProcess process = new ConsumersProcess(Map.of(key, value), log)) {
      assertThat(process.awaitExit()).isEqualTo(78);
      // The JVM itself prints a line where JAVA_TOOL_OPTIONS is set.
      assertThat(process.log().lines().filter(line -> !line.startsWith("Picked up ")))
          .singleElement()
          .asString()
          .contains(named, says);
    }
  }
}
