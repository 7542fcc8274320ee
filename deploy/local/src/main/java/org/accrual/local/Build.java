package org.accrual.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;

/**
 * Finds the jars of the build that this class is of.
 *
 * @param home the project's folder
 * @param version of its modules
 */
public record Build(Path home, String version) {

  static Build in(Path home) {
    try (InputStream in =
        Objects.requireNonNull(Build.class.getResourceAsStream("build.properties"))) {
      Properties properties = new Properties();
      properties.load(in);
      return new Build(home, properties.getProperty("version"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the build that the working folder lies in. */
  public static Build here() {
    return in(StackSettings.findHome());
  }

  /**
   * Returns the jar of a module, which must have been built.
   *
   * @param module its folder, such as {@code deploy/local}
   * @param artifact its name without the version, such as {@code accrual-local}
   */
  public Path jar(String module, String artifact) {
    Path jar = home.resolve(module).resolve("target").resolve(artifact + "-" + version + ".jar");
    if (!Files.isRegularFile(jar)) {
      throw StackFailed.configuration(
          "%s is not built: run deploy/up, or mvn -DskipTests package".formatted(jar));
    }
    return jar;
  }
}
