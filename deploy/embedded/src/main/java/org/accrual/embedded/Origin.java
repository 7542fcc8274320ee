package org.accrual.embedded;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where a class comes from: a jar, or a folder of classes. */
final class Origin {
  private Origin() {}

  static Path of(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("class path entry is not a file: " + type, e);
    }
  }
}
