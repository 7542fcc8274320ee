package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Evaluates every alert on values at which it must fire and on values at which it must not. */
class AlertRulesTest {
  private static final Path FOLDER = Path.of("..", "observability").toAbsolutePath().normalize();
  private static final Path PROMTOOL = Path.of("..", "..", ".ci", "promtool").toAbsolutePath();
  private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");

  @Test
  @DisplayName("promtool finds that each alert fires when it must, and only then")
  void alertsFireWhenTheyMustAndOnlyThen() throws Exception {
    Output promtool = run(PROMTOOL.toString());
    assertThat(promtool.exit()).as(promtool.text()).isZero();

    // The path is the last line: where promtool had to be fetched first, apt-get's output precedes
    // it.
    Output tests =
        run(promtool.text().lines().toList().getLast(), "test", "rules", "alerts.test.yml");

    assertThat(tests.exit()).as(tests.text()).isZero();
  }

  @Test
  @DisplayName("each alert has a test in which it fires and one in which it does not")
  void eachAlertIsTestedBothWays() throws IOException {
    String tests = Files.readString(FOLDER.resolve("alerts.test.yml"));
    Matcher alerts = ALERT.matcher(Files.readString(FOLDER.resolve("alerts.yml")));
    List<String> names = alerts.results().map(found -> found.group(1)).toList();

    assertThat(names).hasSizeGreaterThan(10);
    for (String name : names) {
      String asked = "alertname: " + name + "\n        eval_time: \\w+\n        exp_alerts:";
      assertThat(tests).containsPattern(asked + "\n").containsPattern(asked + " \\[]\n");
    }
  }

  private record Output(int exit, String text) {}

  private static Output run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Output(process.exitValue(), text);
  }
}
