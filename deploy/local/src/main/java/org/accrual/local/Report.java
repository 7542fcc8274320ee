package org.accrual.local;

import com.google.errorprone.annotations.FormatMethod;
import java.util.function.Consumer;

/** Tells what the demo does, and what was not as it should have been. */
final class Report {
  private final Consumer<String> out;
  private int checks;
  private int differences;

  Report(Consumer<String> out) {
    this.out = out;
  }

  @FormatMethod
  void step(String format, Object... values) {
    out.accept("demo             " + format.formatted(values));
  }

  void check(String what, Object expected, Object found) {
    checks++;
    if (!expected.equals(found)) {
      differs("%s: expected %s, found %s".formatted(what, expected, found));
    }
  }

  void differs(String line) {
    differences++;
    out.accept("demo DIFFERS     " + line);
  }

  /** Tells the outcome; answers whether it is good. */
  boolean conclude() {
    step("%d checks, %d differences", checks, differences);
    return differences == 0;
  }
}
