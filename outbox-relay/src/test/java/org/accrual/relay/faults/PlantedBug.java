package org.accrual.relay.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** A line of the relay that matters, made wrong: the checker must notice. */
enum PlantedBug {
  /** Rows go on before their transaction has ended, and the mark does not count them. */
  END_IGNORED(
      "outbox/TransactionBuffer.java",
      "int end = slice ? rows.size() : wholeRows;",
      "int end = rows.size();"),

  /** A kill between two Kafka transactions repeats what was in the first. */
  MARK_OUTSIDE_THE_TRANSACTION(
      "sink/Publisher.java",
      "      mark.ifPresent(this::send);",
      "      producer.commitTransaction();\n"
          + "      producer.beginTransaction();\n"
          + "      mark.ifPresent(this::send);"),

  /** The row that the mark stands on is taken for new. */
  AT_THE_MARK_IS_NEW("outbox/TransactionBuffer.java", "ordinal > skip", "ordinal >= skip");

  private static final Path SOURCES = Path.of("src/main/java/org/accrual/relay");

  private final String file;
  private final String right;
  private final String wrong;

  PlantedBug(String file, String right, String wrong) {
    this.file = file;
    this.right = right;
    this.wrong = wrong;
  }

  /** Compiles the wrong version into a folder that goes before the relay's jar. */
  Path compileInto(Path folder) throws IOException {
    String source = Files.readString(SOURCES.resolve(file));
    if (source.split(java.util.regex.Pattern.quote(right), -1).length != 2) {
      throw new IllegalStateException(
          "%s: the line that this bug is planted in is not once in %s".formatted(this, file));
    }
    Path planted = folder.resolve("planted-source").resolve(Path.of(file).getFileName());
    Files.createDirectories(planted.getParent());
    Files.writeString(planted, source.replace(right, wrong));
    Path classes = Files.createDirectories(folder.resolve("planted-classes"));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int result =
        compiler.run(
            null,
            null,
            null,
            List.of(
                    "-nowarn",
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    classes.toString(),
                    planted.toString())
                .toArray(String[]::new));
    if (result != 0) {
      throw new IllegalStateException(this + " does not compile");
    }
    return classes;
  }
}
