package org.accrual.systemtests;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** axe-core, brought by npm once. */
final class Axe {
  private static final String VERSION = "4.14.0";
  private static final Path FOLDER = Path.of("target", "axe-" + VERSION).toAbsolutePath();
  private static final Path PROGRAM = FOLDER.resolve("node_modules/axe-core/axe.min.js");
  private static final long MINUTES = 3;

  private final String source;

  Axe() {
    try {
      if (!Files.exists(PROGRAM)) {
        install();
      }
      source = Files.readString(PROGRAM);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with a page, a line each. */
  @SuppressWarnings("unchecked")
  List<String> findings(Page page) {
    // By the debugger's way, which the page's policy does not bind.
    page.evaluate(source);
    return (List<String>)
        page.evaluate(
            """
            async () => (await axe.run({ resultTypes: ["violations"] })).violations.flatMap((rule) =>
              rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`))
            """);
  }

  private static void install() throws IOException {
    Files.createDirectories(FOLDER);
    Path log = FOLDER.resolve("npm.log");
    try {
      Process npm =
          new ProcessBuilder(
                  "npm", "install", "--no-save", "--no-audit", "--no-fund", "axe-core@" + VERSION)
              .directory(FOLDER.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!npm.waitFor(MINUTES, TimeUnit.MINUTES) || npm.exitValue() != 0) {
        throw new IllegalStateException("npm could not bring axe-core " + VERSION + ": see " + log);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a test", e);
    }
  }
}
