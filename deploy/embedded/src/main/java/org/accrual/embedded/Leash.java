package org.accrual.embedded;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/**
 * Runs the main class named by the first argument, and ends the process when its standard input
 * ends. Whoever starts it holds the other end of the pipe, so a launcher that is killed, however
 * hard, leaves nothing running.
 */
public final class Leash {
  private Leash() {}

  public static void main(String[] args) throws Throwable {
    Thread watch = new Thread(Leash::exitWithInput, "leash");
    watch.setDaemon(true);
    watch.start();
    Class<?> program = Class.forName(args[0]);
    MethodHandles.publicLookup()
        .findStatic(program, "main", MethodType.methodType(void.class, String[].class))
        .invoke((Object) Arrays.copyOfRange(args, 1, args.length));
  }

  private static void exitWithInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever said: only the end matters.
      }
    } catch (IOException closed) {
      // As good as the end.
    }
    System.exit(0);
  }
}
