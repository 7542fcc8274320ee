package org.accrual.core;

import java.util.HashMap;
import java.util.Map;

/** Sets system properties, and restores those of before when closed. */
final class TemporaryProperties implements AutoCloseable {
  private final Map<String, String> before = new HashMap<>();

  TemporaryProperties(Map<String, String> properties) {
    properties.forEach((key, value) -> before.put(key, System.setProperty(key, value)));
  }

  @Override
  public void close() {
    before.forEach(
        (key, value) -> {
          if (value == null) {
            System.clearProperty(key);
          } else {
            System.setProperty(key, value);
          }
        });
  }
}
