package org.accrual.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Environment variables of the shell from which the services read settings. A person who runs
 * {@code deploy/up} gives them to the services; a test's stack must not depend on them.
 */
final class ShellSettings {
  private static final List<String> PREFIXES = List.of("ACCRUAL_", "OTEL_");

  private ShellSettings() {}

  /**
   * Returns a command line that runs the same program without those variables.
   *
   * @param names of all variables that the program would inherit
   */
  static List<String> withheld(List<String> command, Set<String> names) {
    List<String> all = new ArrayList<>(List.of("env"));
    names.stream().filter(ShellSettings::isSetting).sorted().forEach(name -> unset(name, all));
    all.addAll(command);
    return all;
  }

  private static void unset(String name, List<String> command) {
    command.add("-u");
    command.add(name);
  }

  private static boolean isSetting(String name) {
    return PREFIXES.stream().anyMatch(name.toUpperCase(Locale.ROOT)::startsWith);
  }
}
