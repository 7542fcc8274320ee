package org.accrual.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked. Only zonky's binaries are used, not its launcher: that one lets
 * postgres go as a daemon, and silently attaches to one left over by a killed process.
 */
record PostgresBinaries(Path home) {

  static PostgresBinaries unpacked() {
    String system = systemName();
    String machine = ArchUtils.normalize(System.getProperty("os.arch"));
    String name = "postgresql-%s-%s-%s".formatted(Versions.postgresql(), system, machine);
    return new PostgresBinaries(
        Unpacked.once(name.toLowerCase(Locale.ROOT), () -> archive(system, machine)));
  }

  /** Returns the command line of one of the programs, which does not run as root. */
  List<String> command(String program, String... arguments) {
    List<String> command = new ArrayList<>(OrdinaryUser.prefix());
    command.add(home.resolve("bin").resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private static InputStream archive(String system, String machine) throws IOException {
    InputStream archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine);
    if (archive == null) {
      throw new EmbeddedPartException(
          "There is no embedded PostgreSQL for %s on %s".formatted(system, machine));
    }
    return new XZInputStream(archive);
  }

  private static String systemName() {
    String name = System.getProperty("os.name");
    return name.startsWith("Mac") ? "Darwin" : name;
  }
}
