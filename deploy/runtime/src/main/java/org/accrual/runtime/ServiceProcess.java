package org.accrual.runtime;

import io.helidon.microprofile.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.liveness.LivenessSettings;
import org.accrual.runtime.trace.Traces;

/**
 * The main of every process: logs, checked settings, free ports, then Helidon MP. What stops a
 * start is one line on standard error and exit code {@link #EXIT_CONFIGURATION} (configuration or
 * port) or 1 (anything else).
 */
public final class ServiceProcess {
  /** EX_CONFIG of sysexits.h: starting again without a change will not help. */
  public static final int EXIT_CONFIGURATION = 78;

  static {
    // Before the first logger is made: afterwards it has no effect.
    System.setProperty("java.util.logging.manager", LastingLog.class.getName());
  }

  private static final Logger LOG = Logger.getLogger(ServiceProcess.class.getName());

  private ServiceProcess() {}

  /**
   * Starts the process and returns once it serves; it ends by SIGTERM or SIGINT, which stop it in
   * order.
   *
   * @param name as operators know it, such as {@code enrollment-core}
   * @param check reads every setting of the process and so finds a wrong one before anything starts
   */
  public static void run(String name, Consumer<Settings> check) {
    long begin = System.nanoTime();
    LogLines.install(Level.INFO);
    try {
      Settings settings = Settings.load();
      Level level =
          Level.parse(
              settings.oneOf(
                  "accrual.log.level", "INFO", List.of("FINE", "INFO", "WARNING", "SEVERE")));
      LogLines.install(level);
      check.accept(settings);
      var _ = LivenessSettings.read(settings);
      Traces.begin(name);
      Endpoint http = Endpoint.http(settings);
      requireFree(http);
      if (Endpoint.hasGrpc(settings)) {
        requireFree(Endpoint.grpc(settings));
      }
      Server.builder().host(http.host()).port(http.port()).build().start();
      LOG.log(
          Level.INFO,
          "{0} ready in {1} ms, health on http://{2}/health",
          new Object[] {name, Long.toString((System.nanoTime() - begin) / 1_000_000), http});
    } catch (InvalidSetting wrong) {
      exit(EXIT_CONFIGURATION, name + ": " + wrong.getMessage());
    } catch (RuntimeException failed) {
      LOG.log(Level.FINE, "start failed", failed);
      exit(1, name + ": cannot start: " + rootMessage(failed));
    }
  }

  /** Logs the progress of a command on standard error, and only errors of the libraries it uses. */
  public static void logProgress() {
    LogLines.install(Level.INFO);
    Logger.getLogger("").setLevel(Level.SEVERE);
  }

  /** Ends the process with one line; for failures after which only a fresh start helps. */
  public static void exit(int code, String line) {
    System.err.println(line.replaceAll("\\s*[\\r\\n]+\\s*", " / "));
    System.exit(code);
  }

  private static void requireFree(Endpoint endpoint) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port()));
    } catch (UnknownHostException unknown) {
      throw new InvalidSetting(
          endpoint.key() + ".host", endpoint.host(), "an address of this machine");
    } catch (IOException busy) {
      throw new InvalidSetting(
          endpoint.key() + ".port",
          Integer.toString(endpoint.port()),
          "a free port: stop what listens there or set another");
    }
  }

  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.toString();
  }
}
