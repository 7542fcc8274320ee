package org.accrual.consumers.notification;

import static org.accrual.consumers.notification.NotificationFixtures.intent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.accrual.embedded.FreePort;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.subethamail.smtp.RejectException;

/** What becomes of a message, told from what real servers do; without the annotations. */
class CarriersTest {

  @Test
  void aMailHasItsMessageIdAndTheTemplatesText() {
    try (MailServer server = MailServer.started()) {
      String receipt = mailer(server.port).carry(intent(Channel.EMAIL), "ada@example.org");

      assertThat(receipt).startsWith("250");
      assertThat(server.messageIds()).containsExactly("<an-id.email@example.org>");
      assertThat(server.mails.getFirst())
          .contains(
              "From: trials@example.org",
              "To: ada@example.org",
              "Subject: Welcome to study study",
              "Auto-Submitted: auto-generated",
              "Dear participant patient")
          .doesNotContain("{");
    }
  }

  @ParameterizedTest
  @CsvSource({"550, RefusedForGood", "450, NotAccepted", "554, RefusedForGood", "421, NotAccepted"})
  void aReplyOfTheServerIsACertainNo(int code, String outcome) {
    try (MailServer server =
        new MailServer(
                _ -> {
                  throw new RejectException(code, "no");
                })
            .start()) {
      assertThatThrownBy(() -> mailer(server.port).carry(intent(Channel.EMAIL), "a@example.org"))
          .satisfies(thrown -> assertThat(thrown.getClass().getSimpleName()).isEqualTo(outcome));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL, 550 relay denied, NotAccepted",
    "MAIL, 530 log in first, NotAccepted",
    "RCPT, 550 no such mailbox, RefusedForGood",
    "RCPT, 450 later, NotAccepted",
    "., 554 content refused, RefusedForGood"
  })
  @DisplayName("Only a refusal of the recipient or the content is final, not one of the sender")
  void classifiesReplies(String at, String reply, String outcome) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server = Thread.ofVirtual().start(() -> serve(socket, at, Optional.of(reply)));
      assertThatThrownBy(
              () -> mailer(socket.getLocalPort()).carry(intent(Channel.EMAIL), "a@example.org"))
          .satisfies(thrown -> assertThat(thrown.getClass().getSimpleName()).isEqualTo(outcome));
      assertThat(server.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  @DisplayName("A message that is not accepted is given up once it is older than the maximum age")
  void givesUp() {
    Carrier away =
        new Carrier() {
          @Override
          public Channel channel() {
            return Channel.EMAIL;
          }

          @Override
          public String carry(Intent intent, String address) {
            throw new NotAccepted("450 later", null);
          }
        };
    NotificationSettings settings =
        NotificationFixtures.read(
                NotificationFixtures.settings(25, Map.of("accrual.notification.max-age", "2h")))
            .notification()
            .orElseThrow();
    Intent intent = intent(Channel.EMAIL);
    Intent withAddress = NotificationFixtures.to(intent, settings, "a@example.org");
    Instant limit = intent.createdAt().plus(Duration.ofHours(2));

    assertThat(new Sending(away, settings, () -> limit).send(withAddress))
        .isInstanceOf(Outcome.NotAccepted.class);
    assertThat(new Sending(away, settings, () -> limit.plusMillis(1)).send(withAddress))
        .isEqualTo(new Outcome.Refused("given up after 2 h: 450 later"));
  }

  @Test
  void aServerThatIsAwayHasNotAccepted() {
    assertThatThrownBy(() -> mailer(FreePort.pick()).carry(intent(Channel.EMAIL), "a@example.org"))
        .isInstanceOf(NotAccepted.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a@b@c", "nobody"})
  void whatIsNoAddressIsRefused(String address) {
    assertThatThrownBy(() -> mailer(FreePort.pick()).carry(intent(Channel.EMAIL), address))
        .isInstanceOf(RefusedForGood.class)
        .hasMessageNotContaining(address);
  }

  /** The connection is cut at a line of the dialog: before and after the content was sent. */
  @ParameterizedTest
  @CsvSource({"EHLO, NotAccepted", "RCPT, NotAccepted", "DATA, NotAccepted", "., Doubtful"})
  void aCutConnectionLeavesADoubtOnlyOnceTheContentIsHandedOver(String at, String outcome)
      throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server = Thread.ofVirtual().start(() -> serve(socket, at, Optional.empty()));
      assertThatThrownBy(
              () -> mailer(socket.getLocalPort()).carry(intent(Channel.EMAIL), "a@example.org"))
          .satisfies(thrown -> assertThat(thrown.getClass().getSimpleName()).isEqualTo(outcome));
      assertThat(server.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void aTextIsPostedAsDocumented() {
    try (GatewayServer gateway = new GatewayServer()) {
      String receipt = texts(gateway).carry(intent(Channel.TEXT), "+43123456789");

      assertThat(receipt).isEqualTo("HTTP 202 {\"id\": \"g-1\"}");
      assertThat(gateway.requests)
          .singleElement()
          .satisfies(
              request -> {
                assertThat(request.method()).isEqualTo("POST");
                assertThat(request.idempotencyKey()).isEqualTo("an-id.text");
                assertThat(request.authorization()).isEqualTo("Bearer a-token");
                assertThat(request.body().get("message_id").asText()).isEqualTo("an-id.text");
                assertThat(request.body().get("to").asText()).isEqualTo("+43123456789");
                assertThat(request.body().get("text").asText())
                    .startsWith("Welcome to study study");
              });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, RefusedForGood",
    "422, RefusedForGood",
    "401, NotAccepted",
    "429, NotAccepted",
    "503, NotAccepted",
    "500, Doubtful",
    "504, Doubtful"
  })
  void aStatusOfTheGatewaySaysWhatBecameOfIt(int status, String outcome) {
    try (GatewayServer gateway = new GatewayServer()) {
      gateway.status = status;
      assertThatThrownBy(() -> texts(gateway).carry(intent(Channel.TEXT), "+43123456789"))
          .satisfies(thrown -> assertThat(thrown.getClass().getSimpleName()).isEqualTo(outcome));
    }
  }

  @Test
  void aGatewayThatIsAwayHasNotAccepted() {
    GatewayServer gateway = new GatewayServer();
    gateway.close();
    assertThatThrownBy(() -> texts(gateway).carry(intent(Channel.TEXT), "+43123456789"))
        .isInstanceOf(NotAccepted.class);
  }

  private static Mailer mailer(int port) {
    return new Mailer(
        NotificationFixtures.read(
            NotificationFixtures.settings(
                port, Map.of("accrual.notification.smtp.timeout", "2s"))));
  }

  private static TextGateway texts(GatewayServer gateway) {
    return new TextGateway(
        NotificationFixtures.read(
            NotificationFixtures.settings(
                25,
                Map.of(
                    "accrual.notification.text.url",
                    gateway.url(),
                    "accrual.notification.text.token",
                    "a-token"))));
  }

  /** Serves one connection, and at a line of the dialog gives a reply, or cuts the connection. */
  private static void serve(ServerSocket socket, String at, Optional<String> reply) {
    try (Socket client = socket.accept();
        var lines =
            new java.io.BufferedReader(
                new java.io.InputStreamReader(
                    client.getInputStream(), StandardCharsets.US_ASCII))) {
      say(client, "220 here");
      boolean content = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        boolean end = line.equals(".");
        if (content ? end && at.equals(".") : line.startsWith(at)) {
          if (reply.isEmpty()) {
            return;
          }
          content = false;
          say(client, reply.get());
        } else if (!content || end) {
          content = line.equals("DATA");
          say(client, content ? "354 go" : "250 ok");
        }
      }
    } catch (IOException gone) {
      throw new AssertionError(gone);
    }
  }

  private static void say(Socket client, String line) throws IOException {
    client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
  }
}
