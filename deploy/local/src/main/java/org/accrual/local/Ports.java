package org.accrual.local;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.accrual.embedded.FreePort;
import org.accrual.runtime.InvalidSetting;
import org.accrual.runtime.Settings;

/** Where each process listens, on loopback. */
public record Ports(
    int coreHttp,
    int coreGrpc,
    int relayHttp,
    int consumersHttp,
    int consumersGrpc,
    int postgresql,
    int kafka,
    int registry,
    int smtp) {
  private static final String PREFIX = "accrual.local.";
  private static final int HIGHEST_BASE = 64_900;

  /**
   * Key {@code accrual.local.base-port} (7000), to which 100 to 700 are added; or single ones:
   * {@code accrual.local.core-http-port}, {@code core-grpc-port}, {@code relay-http-port}, {@code
   * consumers-http-port}, {@code consumers-grpc-port}, {@code postgresql-port}, {@code kafka-port},
   * {@code registry-port}, {@code smtp-port}.
   */
  static Ports read(Settings settings) {
    int base = settings.integer(PREFIX + "base-port", 7000, 1024, HIGHEST_BASE);
    Ports ports =
        new Ports(
            port(settings, "core-http-port", base + 100),
            port(settings, "core-grpc-port", base + 101),
            port(settings, "relay-http-port", base + 200),
            port(settings, "consumers-http-port", base + 300),
            port(settings, "consumers-grpc-port", base + 301),
            port(settings, "postgresql-port", base + 400),
            port(settings, "kafka-port", base + 500),
            port(settings, "registry-port", base + 600),
            port(settings, "smtp-port", base + 700));
    Map<Integer, String> names = new LinkedHashMap<>();
    ports
        .byName()
        .forEach(
            (name, port) -> {
              String other = names.put(port, name);
              if (other != null) {
                throw new InvalidSetting(
                    PREFIX + name + "-port",
                    Integer.toString(port),
                    "another port than that of " + other);
              }
            });
    return ports;
  }

  /** Ports on which nothing listens now. */
  public static Ports free() {
    Iterator<Integer> free =
        Stream.generate(FreePort::pick).distinct().limit(9).toList().iterator();
    return new Ports(
        free.next(),
        free.next(),
        free.next(),
        free.next(),
        free.next(),
        free.next(),
        free.next(),
        free.next(),
        free.next());
  }

  /** The ports by the names of their settings, without {@code -port}. */
  Map<String, Integer> byName() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("postgresql", postgresql);
    ports.put("kafka", kafka);
    ports.put("registry", registry);
    ports.put("smtp", smtp);
    ports.put("core-http", coreHttp);
    ports.put("core-grpc", coreGrpc);
    ports.put("relay-http", relayHttp);
    ports.put("consumers-http", consumersHttp);
    ports.put("consumers-grpc", consumersGrpc);
    return ports;
  }

  private static int port(Settings settings, String name, int fallback) {
    return settings.integer(PREFIX + name, fallback, 1, 65_535);
  }
}
