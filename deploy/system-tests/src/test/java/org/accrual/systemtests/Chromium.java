package org.accrual.systemtests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The system's browser, installed by the system's package manager if it is missing. */
final class Chromium implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/chromium");
  private static final Path NEED = Path.of("..", "..", ".ci", "need").toAbsolutePath().normalize();
  private static final List<String> OPTIONS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");
  private static final long INSTALL_MINUTES = 10;

  private final Playwright playwright;
  private final Browser browser;

  Chromium() {
    requireInstalled();
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setHeadless(true)
                    .setExecutablePath(PROGRAM)
                    .setArgs(OPTIONS));
  }

  Browser browser() {
    return browser;
  }

  @Override
  public void close() {
    playwright.close();
  }

  private static void requireInstalled() {
    try {
      Path said = Files.createTempFile("chromium-", ".log");
      Process need =
          new ProcessBuilder(NEED.toString(), "chromium", "chromium", "fonts-dejavu-core")
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      if (!need.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
        need.destroyForcibly().waitFor();
      }
      if (need.exitValue() != 0) {
        throw new IllegalStateException(
            "the console's tests need Chromium: " + Files.readString(said));
      }
    } catch (IOException cannotRun) {
      throw new UncheckedIOException(cannotRun);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a test", e);
    }
  }
}
