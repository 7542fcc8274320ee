package org.accrual.runtime;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Reads and checks a process's configuration: system properties, then environment variables, then
 * {@code META-INF/microprofile-config.properties}. Every method throws {@link InvalidSetting} for a
 * value that is not allowed, naming key, value and what is allowed.
 */
public final class Settings {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

  private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,63}");

  private final Function<String, Optional<String>> source;

  private Settings(Function<String, Optional<String>> source) {
    this.source = source;
  }

  /** The settings of this process. */
  public static Settings load() {
    Config config = ConfigProvider.getConfig();
    return new Settings(key -> config.getOptionalValue(key, String.class));
  }

  /** Settings from anywhere else, for tests. */
  public static Settings of(Function<String, Optional<String>> source) {
    return new Settings(source);
  }

  /** A text that is not blank. */
  public String text(String key, String fallback) {
    return source.apply(key).filter(value -> !value.isBlank()).map(String::strip).orElse(fallback);
  }

  /** A text that may be empty, such as a password of a local run. */
  public String secret(String key) {
    return source.apply(key).orElse("");
  }

  /** A name of 1 to 63 characters of a-z, 0-9 and _, as of a replication slot. */
  public String name(String key, String fallback) {
    String value = text(key, fallback);
    if (!NAME.matcher(value).matches()) {
      throw new InvalidSetting(key, value, "1 to 63 characters of a-z, 0-9 and _");
    }
    return value;
  }

  /** A whole number from {@code min} to {@code max}. */
  public int integer(String key, int fallback, int min, int max) {
    String value = text(key, Integer.toString(fallback));
    String allowed = "a whole number from %d to %d".formatted(min, max);
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      throw invalid(key, value, allowed, notANumber);
    }
    throw new InvalidSetting(key, value, allowed);
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String key, boolean fallback) {
    return "true".equals(oneOf(key, Boolean.toString(fallback), List.of("true", "false")));
  }

  /** One of the values given. */
  public String oneOf(String key, String fallback, List<String> values) {
    String value = text(key, fallback);
    if (!values.contains(value)) {
      throw new InvalidSetting(key, value, "one of " + String.join(", ", values));
    }
    return value;
  }

  /** Some of the values given, comma-separated, at least one. */
  public List<String> someOf(String key, String fallback, List<String> values) {
    String value = text(key, fallback);
    List<String> chosen = List.of(value.split("\\s*,\\s*"));
    if (chosen.isEmpty() || !values.containsAll(chosen)) {
      throw new InvalidSetting(
          key, value, "a comma-separated list of " + String.join(", ", values));
    }
    return chosen;
  }

  /**
   * A time such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 12h}, {@code 30d}, within the
   * bounds.
   */
  public Duration duration(String key, Duration fallback, Duration min, Duration max) {
    String value = source.apply(key).map(String::strip).orElse("");
    if (value.isEmpty()) {
      return fallback;
    }
    Matcher parts = DURATION.matcher(value);
    if (parts.matches()) {
      Duration duration = of(Long.parseLong(parts.group(1)), parts.group(2));
      if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
        return duration;
      }
    }
    throw new InvalidSetting(
        key,
        value,
        "a time such as 500ms, 30s, 5m, 12h or 30d, from %s to %s"
            .formatted(shown(min), shown(max)));
  }

  /**
   * A TCP port. There is no fallback in code: each process states its own in its configuration
   * file.
   */
  public int port(String key) {
    String value = text(key, "");
    if (value.isEmpty()) {
      throw new InvalidSetting(key, value, "a port from 1 to 65535");
    }
    return integer(key, 0, 1, 65535);
  }

  /** An absolute URL. */
  public URI url(String key, String fallback) {
    String value = text(key, fallback);
    try {
      URI url = new URI(value);
      if (url.isAbsolute()) {
        return url;
      }
    } catch (java.net.URISyntaxException notAUrl) {
      throw invalid(key, value, "an absolute URL", notAUrl);
    }
    throw new InvalidSetting(key, value, "an absolute URL");
  }

  private static InvalidSetting invalid(String key, String value, String allowed, Exception cause) {
    InvalidSetting invalid = new InvalidSetting(key, value, allowed);
    invalid.initCause(cause);
    return invalid;
  }

  private static Duration of(long amount, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  private static String shown(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
