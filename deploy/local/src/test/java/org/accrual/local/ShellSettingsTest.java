package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ShellSettingsTest {

  @Test
  void areNotSeenByAProgramFromWhichTheyAreWithheld() throws Exception {
    Map<String, String> shell =
        Map.of(
            "ACCRUAL_LOG_LEVEL",
            "FINE",
            "accrual_database_url",
            "elsewhere",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://elsewhere",
            "OTHER",
            "kept");
    ProcessBuilder builder =
        new ProcessBuilder(ShellSettings.withheld(List.of("env"), shell.keySet()));
    builder.environment().clear();
    builder.environment().putAll(shell);
    builder.environment().put("PATH", "/usr/bin:/bin");

    Process program = builder.start();

    assertThat(program.inputReader().lines())
        .contains("OTHER=kept")
        .noneMatch(line -> line.toUpperCase().startsWith("ACCRUAL"))
        .noneMatch(line -> line.startsWith("OTEL"));
    assertThat(program.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }
}
