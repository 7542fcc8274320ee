package org.accrual.relay.recovery;

import java.util.List;

/** What a command came to. */
public record Outcome(int exitCode, List<String> lines) {
  /** The check found a difference. */
  static final int DIFFERENT = 2;

  /** The command does not fit the state that it found; nothing was changed. */
  public static final int REFUSED = 3;

  static Outcome of(int exitCode, String line) {
    return new Outcome(exitCode, List.of(line));
  }
}
