package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under a locale whose {@code %d} has other digits than 0 to 9. */
class LocaleTest {
  private final Locale before = Locale.getDefault();

  /** A program that prints a number and a letter beyond ASCII. */
  public static final class NumberProgram {
    public static void main(String[] args) {
      System.out.println("%d ü".formatted(7400));
    }
  }

  @BeforeEach
  void useOtherDigits() {
    Locale.setDefault(Locale.of("ar", "EG"));
    assertThat("%d".formatted(7400)).isEqualTo("٧٤٠٠");
  }

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  @Test
  void addressesHaveAsciiDigits() {
    assertThat(EmbeddedPostgres.jdbcUrl("127.0.0.1", 7400, "accrual"))
        .isEqualTo("jdbc:postgresql://127.0.0.1:7400/accrual");
    assertThat(EmbeddedRegistry.url("127.0.0.1", 7600))
        .isEqualTo("http://127.0.0.1:7600/apis/ccompat/v7");
  }

  @Test
  void aProgramOnALeashWritesAsciiDigitsAndUtf8(@TempDir Path folder) throws IOException {
    List<String> options = List.of("-Duser.language=ar", "-Duser.country=EG");
    List<String> command =
        Leash.command(
            options, Origin.of(LocaleTest.class), NumberProgram.class.getName(), List.of());
    // Java under LC_ALL=C finds no class in a checkout whose path goes beyond ASCII.
    copyClasses(folder, Leash.class, EmbeddedPartException.class, NumberProgram.class);
    command.set(command.indexOf("-cp") + 1, folder.toString());
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process program = builder.start();

    String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(output.strip()).isEqualTo("7400 ü");
  }

  private static void copyClasses(Path to, Class<?>... types) throws IOException {
    for (Class<?> type : types) {
      Path file = Path.of(type.getName().replace('.', '/') + ".class");
      Files.createDirectories(to.resolve(file).getParent());
      Files.copy(Origin.of(type).resolve(file), to.resolve(file));
    }
  }
}
