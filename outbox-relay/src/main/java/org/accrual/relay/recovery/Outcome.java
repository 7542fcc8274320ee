package org.accrual.relay.recovery;

import java.util.ArrayList;
import java.util.List;

/** The result of a command. */
public record Outcome(int exitCode, List<String> lines) {
  /** The topics differ from the outbox in a way that a person must know of. */
  public static final int DIFFERENT = 2;

  /** The command does not fit the state that it found; nothing was changed. */
  public static final int REFUSED = 3;

  static Outcome of(int exitCode, String line) {
    return new Outcome(exitCode, List.of(line));
  }

  static Outcome of(int exitCode, String line, List<String> details) {
    List<String> lines = new ArrayList<>(List.of(line));
    details.forEach(detail -> lines.add("  " + detail));
    return new Outcome(exitCode, List.copyOf(lines));
  }
}
