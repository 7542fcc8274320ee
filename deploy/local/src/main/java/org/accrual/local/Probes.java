package org.accrual.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Asks processes whether they serve. */
final class Probes {
  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  private Probes() {}

  /** Returns whether {@code /health/ready} at that base address answers 200 within 3 s. */
  static boolean ready(String base) {
    return health(base).filter(health -> health.statusCode() == 200).isPresent();
  }

  /** Returns whether the relay at that base address streams; one that waits is ready too. */
  static boolean streams(String base) {
    return relayIs("streaming", base).isPresent();
  }

  /**
   * Returns the answer of {@code /health/ready} at that base address if it is the relay's refusal,
   * with its reason and remedy.
   */
  static Optional<String> refusal(String base) {
    return relayIs("refused", base);
  }

  private static Optional<String> relayIs(String state, String base) {
    Pattern pattern = Pattern.compile("\"state\"\\s*:\\s*\"%s\"".formatted(state));
    return health(base).map(HttpResponse::body).filter(body -> pattern.matcher(body).find());
  }

  private static Optional<HttpResponse<String>> health(String base) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/health/ready")).timeout(LIMIT).build();
    try {
      return Optional.of(HTTP.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Returns what {@code /health/live} at that base address answers within 3 s. */
  static Liveness live(String base) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/health/live")).timeout(LIMIT).build();
    try {
      int status = HTTP.send(request, BodyHandlers.discarding()).statusCode();
      return status == SERVICE_UNAVAILABLE ? Liveness.STUCK : Liveness.LIVE;
    } catch (IOException e) {
      return Liveness.SILENT;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Liveness.LIVE;
    }
  }

  /** Returns whether anything accepts connections there. */
  static boolean listens(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) LIMIT.toMillis());
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }
}
