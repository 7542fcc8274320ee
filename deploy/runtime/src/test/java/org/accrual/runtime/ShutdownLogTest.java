package org.accrual.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class ShutdownLogTest {
  /** A process whose orderly stop takes longer than the JDK's own clean-up. */
  public static final class SlowToStop {
    private SlowToStop() {}

    public static void main(String[] args) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
                    Logger.getLogger("org.accrual.test").log(Level.INFO, "stopped in order");
                  }));
      ServiceProcess.run(
          "test",
          settings -> {
            throw new InvalidSetting("accrual.x", "y", "something else");
          });
    }
  }

  @Test
  void theLogLastsUntilTheProcessHasStopped() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SlowToStop.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(output)
        .contains("test: accrual.x: 'y' is not allowed; it must be something else")
        .contains("stopped in order");
    assertThat(process.exitValue()).isEqualTo(ServiceProcess.EXIT_CONFIGURATION);
  }
}
