package org.accrual.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The source that is measured. */
final class Checkout {
  private Checkout() {}

  /** Returns the commit that a folder has checked out, with "-dirty" if files differ from it. */
  static String commit(Path folder) {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--tags")
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 ? commit : "unknown";
    } catch (IOException e) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
