package org.accrual.systemtests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** What an address answers. */
final class HttpText {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private HttpText() {}

  /** Empty while nothing answers. */
  static String get(String url) {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build(),
              BodyHandlers.ofString())
          .body();
    } catch (IOException notNow) {
      return "";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
