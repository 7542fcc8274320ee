package org.accrual.relay.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A change of one place in the relay's source, for runs of a relay that has it.
 *
 * @param file below the relay's own package
 * @param right as it stands there, once
 * @param wrong what takes its place
 */
record Edit(String file, String right, String wrong) {
  private static final Path SOURCES = Path.of("src/main/java/org/accrual/relay");

  /** Compiles the edited files into a folder that goes before the relay's jar. */
  static Path compile(List<Edit> edits, Path folder) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Edit edit : edits) {
      String source = sources.get(edit.file);
      sources.put(
          edit.file,
          edit.in(source == null ? Files.readString(SOURCES.resolve(edit.file)) : source));
    }
    Path classes = Files.createDirectories(folder.resolve("edited-classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-nowarn",
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString()));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path edited = folder.resolve("edited-sources").resolve(source.getKey());
      Files.createDirectories(edited.getParent());
      Files.writeString(edited, source.getValue());
      arguments.add(edited.toString());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler.run(null, null, null, arguments.toArray(String[]::new)) != 0) {
      throw new IllegalStateException("the edited relay does not compile: " + edits);
    }
    return classes;
  }

  private String in(String source) {
    if (source.split(Pattern.quote(right), -1).length != 2) {
      throw new IllegalStateException("%s has this not once: %s".formatted(file, right));
    }
    return source.replace(right, wrong);
  }
}
