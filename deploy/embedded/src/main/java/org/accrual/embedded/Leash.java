package org.accrual.embedded;

import java.io.File;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;

/**
 * Runs a Java program that ends when its standard input does. Whoever starts it holds the other end
 * of the pipe, so a launcher that is killed, however hard, leaves nothing running.
 */
public final class Leash {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private Leash() {}

  /**
   * The command line that runs a jar's main class on a leash, on the Java of this process.
   *
   * @param options of the virtual machine
   * @param jar with {@code Main-Class} and, if it needs more, {@code Class-Path} in its manifest
   */
  public static List<String> command(List<String> options, Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      String program = file.getManifest().getMainAttributes().getValue("Main-Class");
      return command(options, jar, program, List.of());
    } catch (IOException e) {
      throw new EmbeddedPartException("Cannot read " + jar + ": " + e.getMessage(), e);
    }
  }

  /** The command line that runs one of a jar's programs on a leash, on the Java of this process. */
  public static List<String> command(
      List<String> options, Path jar, String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Its log is read as UTF-8, under whatever locale it was started.
    command.addAll(List.of("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8"));
    command.addAll(options);
    command.add("-cp");
    command.add(jar + File.pathSeparator + Origin.of(Leash.class));
    command.add(Leash.class.getName());
    command.add(program);
    command.addAll(arguments);
    return command;
  }

  /**
   * Runs a program under the root locale, whose digits are those of addresses, JSON and SQL.
   *
   * @param args the main class to run, and its arguments
   */
  public static void main(String[] args) throws Throwable {
    Locale.setDefault(Locale.ROOT);
    Thread watch = new Thread(Leash::exitWithInput, "leash");
    watch.setDaemon(true);
    watch.start();
    Class<?> program = Class.forName(args[0]);
    MethodHandles.publicLookup()
        .findStatic(program, "main", MethodType.methodType(void.class, String[].class))
        .asFixedArity()
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
    Thread exit = new Thread(() -> System.exit(0), "leash-exit");
    exit.start();
    try {
      exit.join(STOP_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }
}
