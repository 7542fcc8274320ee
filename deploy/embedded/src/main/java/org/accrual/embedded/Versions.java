package org.accrual.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** Versions of the archives that the build resolved. */
final class Versions {
  private static final Properties RESOLVED = load();

  private Versions() {}

  static String postgresql() {
    return RESOLVED.getProperty("postgresql");
  }

  static String registry() {
    return RESOLVED.getProperty("registry");
  }

  private static Properties load() {
    try (InputStream in =
        Objects.requireNonNull(Versions.class.getResourceAsStream("versions.properties"))) {
      Properties properties = new Properties();
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
