package org.accrual.benchmarks.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The size of the objects that a Java process can still reach. */
final class LiveHeap {
  private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)", Pattern.MULTILINE);

  private LiveHeap() {}

  /** Returns the bytes of a process's live objects, after the full garbage collection for it. */
  static long bytes(long process) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new IOException("jcmd: " + histogram);
    }
    return total(histogram);
  }

  /** Returns the bytes of all classes of a histogram. */
  static long total(String histogram) {
    Matcher total = TOTAL.matcher(histogram);
    if (!total.find()) {
      throw new IllegalStateException("no total in the class histogram: " + histogram);
    }
    return Long.parseLong(total.group(1));
  }
}
