package org.accrual.consumers.console;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The console's files, ours and its libraries', each read from the class path once. */
@ApplicationScoped
class Assets {
  private static final Pattern NAME =
      Pattern.compile("([A-Za-z0-9_-]+/)*[A-Za-z0-9_-][A-Za-z0-9._-]*");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private final Map<String, Asset> read = new ConcurrentHashMap<>();

  /** One of ours, by its path below {@code console/}. */
  Optional<Asset> ours(String path) {
    return find("console/" + path, path);
  }

  /** One of a library's, by the library and its path there. */
  Optional<Asset> library(String library, String path) {
    if (!NAME.matcher(library).matches()) {
      return Optional.empty();
    }
    return version(library)
        .flatMap(
            version ->
                find(
                    "META-INF/resources/webjars/%s/%s/%s".formatted(library, version, path), path));
  }

  private Optional<Asset> find(String resource, String path) {
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    if (type == null || !NAME.matcher(path).matches()) {
      return Optional.empty();
    }
    Asset known = read.get(resource);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Asset> found = bytes(resource).map(bytes -> Asset.of(bytes, type));
    found.ifPresent(asset -> read.put(resource, asset));
    return found;
  }

  /** As Maven brought it: the version is written down once, in the build. */
  private static Optional<String> version(String library) {
    return bytes("META-INF/maven/org.webjars.npm/%s/pom.properties".formatted(library))
        .flatMap(Assets::version);
  }

  private static Optional<String> version(byte[] pom) {
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(pom));
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
    return Optional.ofNullable(properties.getProperty("version"));
  }

  private static Optional<byte[]> bytes(String resource) {
    try (InputStream file = Assets.class.getResourceAsStream("/" + resource)) {
      return file == null ? Optional.empty() : Optional.of(file.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
