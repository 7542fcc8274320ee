package org.accrual.consumers.notification;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.runtime.Redacted;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Timeout;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/**
 * Sends text messages through an HTTP gateway. The request is {@code POST} to the configured URL
 * with {@code Content-Type: application/json}, {@code Idempotency-Key} (the message's id: a gateway
 * that knows it must not send again), {@code Authorization: Bearer …} if there is a token, and the
 * body {@code {"message_id": …, "to": "+43123456789", "text": …}}.
 *
 * <p>2xx is acceptance; 400, 410, 413 and 422 refuse the message for good; any other 4xx and 503
 * say that it was not accepted now; any other 5xx, or no answer once connected, leaves it in doubt.
 */
@ApplicationScoped
class TextGateway implements Carrier {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<Integer> FOR_GOOD = Set.of(400, 410, 413, 422);
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final int RECEIPT_LENGTH = 200;

  private final Optional<NotificationSettings> settings;
  private final HttpClient http;

  @Inject
  TextGateway(ConsumersSettings settings) {
    this.settings = settings.notification();
    Duration timeout =
        this.settings
            .flatMap(NotificationSettings::gateway)
            .map(GatewaySettings::timeout)
            .orElse(Duration.ofSeconds(5));
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  @Override
  public Channel channel() {
    return Channel.TEXT;
  }

  /** As {@link Mailer#carry}. */
  @Override
  @CircuitBreaker(
      requestVolumeThreshold = 4,
      failureRatio = 0.75,
      delay = 5_000,
      failOn = {NotAccepted.class, Doubtful.class, TimeoutException.class})
  @Timeout(Carrier.TIMEOUT_MILLIS)
  @Bulkhead(NotificationSender.AT_ONCE)
  public String carry(Intent intent, String address) {
    NotificationSettings all = settings.orElseThrow();
    GatewaySettings gateway = all.gateway().orElseThrow();
    try {
      HttpResponse<String> answer =
          http.send(
              request(gateway, intent, address, all.templates().text(intent)),
              BodyHandlers.ofString());
      return accepted(answer, address);
    } catch (ConnectException | HttpConnectTimeoutException unreached) {
      throw new NotAccepted("the gateway does not answer: " + unreached, unreached);
    } catch (IOException broken) {
      throw new Doubtful("no answer of the gateway: " + broken, broken);
    } catch (InterruptedException timedOut) {
      Thread.currentThread().interrupt();
      throw new Doubtful("no answer of the gateway in time", timedOut);
    }
  }

  private static HttpRequest request(
      GatewaySettings gateway, Intent intent, String to, String text) {
    Map<String, String> body = new LinkedHashMap<>();
    body.put("message_id", intent.messageId());
    body.put("to", to);
    body.put("text", text);
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(gateway.url())
              .timeout(gateway.timeout())
              .header("Content-Type", "application/json")
              .header("Idempotency-Key", intent.messageId())
              .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)));
      if (!gateway.token().isEmpty()) {
        request.header("Authorization", "Bearer " + gateway.token());
      }
      return request.build();
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("texts that cannot be written as JSON", impossible);
    }
  }

  private static String accepted(HttpResponse<String> answer, String to) {
    int status = answer.statusCode();
    // Gateways repeat the number; the text is logged, stored and shown. A receipt keeps other
    // numbers: one of them is the gateway's id of the message.
    String text = answer.body().replaceAll("\\s+", " ");
    String body =
        status / 100 == 2
            ? numberOf(to).matcher(text).replaceAll("(number)")
            : Redacted.contacts(text);
    String said =
        "HTTP %d %s".formatted(status, body.substring(0, Math.min(body.length(), RECEIPT_LENGTH)));
    if (status / 100 == 2) {
      return said.strip();
    }
    if (FOR_GOOD.contains(status)) {
      throw new RefusedForGood(said, null);
    }
    throw status >= 500 && status != SERVICE_UNAVAILABLE
        ? new Doubtful(said, null)
        : new NotAccepted(said, null);
  }

  /** Returns a pattern that finds a number however its digits are grouped. */
  private static Pattern numberOf(String to) {
    return Pattern.compile("[+]?" + String.join("[ ()/-]?", to.replaceAll("\\D", "").split("")));
  }
}
