package org.accrual.embedded;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** Finds the jar or the folder that a class was loaded from. */
public final class Origin {
  private Origin() {}

  /** Returns the jar or the folder that the class was loaded from. */
  public static Path of(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("class path entry is not a file: " + type, e);
    }
  }
}
