package org.accrual.local;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/**
 * The program behind {@code deploy/up}. Ends with 0 after SIGINT, SIGTERM or a demo that went as it
 * should; 78 when a setting, an argument, a port, a build or another launcher is in the way; 1 for
 * anything else.
 */
public final class Up {
  /** Held, since a logger that nobody holds forgets its level. */
  private static final Logger ROOT = Logger.getLogger("");

  private final Instant begin = Instant.now();
  private volatile boolean ending;

  /** What the process ends with; a signal alone is an orderly end. */
  private volatile int exitCode;

  private Up() {}

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    ROOT.setLevel(Level.SEVERE);
    System.exit(new Up().run(args));
  }

  private int run(String... args) {
    try {
      Arguments arguments = Arguments.parse(args);
      Stack stack = new Stack(StackSettings.read(Settings.load()), Up::say);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stack), "end"));
      exitCode = run(stack, arguments);
    } catch (InvalidSetting wrong) {
      exitCode = failed(Exit.CONFIGURATION, wrong);
    } catch (StackFailed failed) {
      exitCode = failed(failed.exitCode(), failed);
    }
    return exitCode;
  }

  private int run(Stack stack, Arguments arguments) {
    stack.start(arguments.clean());
    long seconds = Duration.between(begin, Instant.now()).toSeconds();
    say("ready after %d s: %s".formatted(seconds, stack.addresses()));
    if (arguments.demo()) {
      return Demo.run(stack.addresses(), Up::say) ? 0 : 1;
    }
    return awaitSignal();
  }

  /**
   * Runs when the process ends for whatever reason; the virtual machine would say 143 after a
   * signal.
   */
  private void end(Stack stack) {
    ending = true;
    stack.close();
    Runtime.getRuntime().halt(exitCode);
  }

  private int failed(int code, RuntimeException failure) {
    if (ending) {
      // A signal came while it started: not a failure.
      return awaitSignal();
    }
    System.err.println("deploy/up: " + failure.getMessage());
    return code;
  }

  private static int awaitSignal() {
    try {
      new CountDownLatch(1).await();
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the main thread", e);
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }
}
