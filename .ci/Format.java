import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Formats every Java source of the project, or checks that it is formatted: {@code check|write
 * DIR}.
 */
class Format {
  static final Set<String> PASSED_OVER = Set.of("target", ".git", ".data", "node_modules");

  public static void main(String[] args) throws IOException {
    boolean write = "write".equals(args[0]);
    List<Path> unformatted =
        sources(Path.of(args[1])).parallelStream().filter(f -> differs(f, write)).toList();
    if (unformatted.isEmpty()) {
      return;
    }
    unformatted.forEach(
        file -> System.err.println((write ? "formatted " : "not formatted: ") + file));
    if (!write) {
      System.err.println("Run: mvn -N process-sources -Dformat=write");
      System.exit(1);
    }
  }

  static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return PASSED_OVER.contains(String.valueOf(dir.getFileName()))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  static boolean differs(Path file, boolean write) {
    try {
      String before = Files.readString(file);
      String ordered =
          ImportOrderer.reorderImports(
              RemoveUnusedImports.removeUnusedImports(before), Style.GOOGLE);
      String after = new Formatter().formatSource(ordered);
      if (write && !after.equals(before)) {
        Files.writeString(file, after);
      }
      return !after.equals(before);
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    } catch (Exception e) {
      throw new IllegalStateException("cannot parse " + file, e);
    }
  }
}
