package org.accrual.systemtests;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The system's browser, installed by the system's package manager if it is missing. */
final class Chromium implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/chromium");
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
    if (!Files.isExecutable(PROGRAM)) {
      String said = install();
      if (!Files.isExecutable(PROGRAM)) {
        throw new IllegalStateException(
            "the console's tests need Chromium as "
                + PROGRAM
                + ": install it, on Debian with apt-get install chromium. It was tried: "
                + said);
      }
    }
  }

  private static String install() {
    try {
      Path log = Files.createTempFile("chromium-", ".log");
      Process install =
          new ProcessBuilder("sh", "-c", "apt-get update && apt-get install -y chromium")
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!install.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
        install.destroyForcibly();
      }
      List<String> lines = Files.readAllLines(log);
      return String.join(" / ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    } catch (IOException noShell) {
      return noShell.getMessage();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a test", e);
    }
  }
}
