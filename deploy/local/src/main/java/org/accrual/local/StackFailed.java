package org.accrual.local;

import org.accrual.runtime.ServiceProcess;
import org.jspecify.annotations.Nullable;

/** The stack cannot start or continue; the message is one line that says what to do. */
public final class StackFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private StackFailed(int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** What must be changed outside: a port, a folder, a build, another launcher. */
  static StackFailed configuration(String message) {
    return new StackFailed(ServiceProcess.EXIT_CONFIGURATION, message, null);
  }

  static StackFailed failure(String message) {
    return failure(message, null);
  }

  static StackFailed failure(String message, @Nullable Throwable cause) {
    return new StackFailed(1, message, cause);
  }

  /** That of a thread that has failed, for this one. */
  static StackFailed from(@Nullable Throwable cause) {
    return cause instanceof StackFailed known
        ? new StackFailed(known.exitCode, String.valueOf(known.getMessage()), known)
        : failure("unexpected: " + cause, cause);
  }

  /** For the process that started the stack. */
  public int exitCode() {
    return exitCode;
  }
}
