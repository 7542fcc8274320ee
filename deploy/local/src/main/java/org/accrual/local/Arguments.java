package org.accrual.local;

/**
 * What a person types after {@code deploy/up}.
 *
 * @param demo run the demo against the started stack, then stop
 * @param clean empty the data before the start
 */
record Arguments(boolean demo, boolean clean) {

  static Arguments parse(String... given) {
    boolean demo = false;
    boolean clean = false;
    for (String argument : given) {
      switch (argument) {
        case "--demo" -> demo = true;
        case "--clean" -> clean = true;
        default ->
            throw StackFailed.configuration(
                "unknown argument '%s': deploy/up takes --demo and --clean".formatted(argument));
      }
    }
    return new Arguments(demo, clean);
  }
}
