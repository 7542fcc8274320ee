package org.accrual.runtime;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where a process listens: loopback unless configured.
 *
 * @param key prefix of its settings
 */
public record Endpoint(String key, String host, int port) {
  private static final String LOOPBACK = "127.0.0.1";

  /** {@code accrual.http.host} and {@code .port}: health and metrics. */
  public static Endpoint http(Settings settings) {
    return read(settings, "accrual.http");
  }

  /** {@code accrual.grpc.host} and {@code .port}. */
  public static Endpoint grpc(Settings settings) {
    return read(settings, "accrual.grpc");
  }

  /** Whether the process has a gRPC port at all. */
  static boolean hasGrpc(Settings settings) {
    return !settings.text("accrual.grpc.port", "").isEmpty();
  }

  private static Endpoint read(Settings settings, String key) {
    return new Endpoint(key, settings.text(key + ".host", LOOPBACK), settings.port(key + ".port"));
  }

  /**
   * Returns the address under which this process reaches it: loopback if it listens on every
   * address.
   */
  public InetSocketAddress reachable() {
    try {
      InetAddress address = InetAddress.getByName(host);
      return new InetSocketAddress(
          address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("checked at the start: " + host, e);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
