package org.accrual.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks ports below the range from which systems take ports of outgoing connections, so that a free
 * port is still free when the server that was given it binds it.
 */
public final class FreePort {
  private static final int LOWEST = 15_000;
  private static final int BEYOND = 32_000;
  private static final int TRIES = 200;

  private FreePort() {}

  /** A port on which nothing listens on loopback. */
  public static int pick() {
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, BEYOND);
      if (isFree("127.0.0.1", port)) {
        return port;
      }
    }
    throw new EmbeddedPartException(
        "No free port between %d and %d on loopback".formatted(LOWEST, BEYOND));
  }

  /** Whether a server could listen there now. */
  public static boolean isFree(String host, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  static int orPicked(int port) {
    return port == 0 ? pick() : port;
  }
}
