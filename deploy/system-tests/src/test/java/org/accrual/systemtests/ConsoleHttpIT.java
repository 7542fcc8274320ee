package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the console answers to whoever speaks HTTP to it, byte by byte. */
class ConsoleHttpIT {
  private static final String CALL =
      "POST /console/api/call/ProjectionAdminService/ListProjections";
  private static final String JSON = "Content-Type: application/json\r\n";

  private final URI console = URI.create(TestStack.shared().console());
  private final String own = console.getHost() + ":" + console.getPort();

  @Test
  void everyAddressIsThePageUnderAStrictPolicy() throws IOException {
    for (String path : new String[] {"/console", "/console/flows/some-id?view=time"}) {
      String page = ask("GET " + path, own, "", "");

      assertThat(page).startsWith("HTTP/1.1 200").contains("/console/assets/main.js");
      assertThat(page)
          .contains("Content-Security-Policy: default-src 'self'; ")
          .contains("X-Content-Type-Options: nosniff")
          .doesNotContain("<script>", "<style", "onclick", "http://", "https://");
    }
  }

  @Test
  void filesComeFromTheClassPathAndNothingElseDoes() throws IOException {
    assertThat(ask("GET /console/assets/main.js", own, "", "")).startsWith("HTTP/1.1 200");
    assertThat(ask("GET /console/lib/lit-html/lit-html.js", own, "", "")).contains("BSD-3-Clause");
    for (String path :
        new String[] {
          "assets/none.js",
          "assets/..%2f..%2fMETA-INF/beans.xml",
          "lib/lit-html/package.json",
          "lib/none/a.js"
        }) {
      assertThat(ask("GET /console/" + path, own, "", "")).startsWith("HTTP/1.1 404");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example,",
    "evil.example:80,http://evil.example:80",
    "OWN,http://evil.example",
    "OWN,null",
    "OWN,"
  })
  void aPageFromElsewhereIsRefused(String host, String origin) throws IOException {
    String from = origin == null ? "" : "Origin: " + origin + "\r\n";

    assertThat(ask(CALL, host.replace("OWN", own), from + JSON, "{}"))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("analytics");
  }

  @Test
  void aFormOfAnotherPageCannotAct() throws IOException {
    assertThat(ask(CALL, own, origin() + "Content-Type: text/plain\r\n", "{}"))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void aCallIsAnsweredAsTheServiceAnswersIt() throws IOException {
    assertThat(ask(CALL, own, origin() + JSON, "{}"))
        .startsWith("HTTP/1.1 200")
        .contains("{\"answer\":{\"projections\":[{\"name\":\"");
    assertThat(
            ask(
                "POST /console/api/call/DeadLetterService/GetDeadLetter",
                own,
                origin() + JSON,
                "{\"letterId\":\"nonsense\"}"))
        .contains("\"code\":\"INVALID_ARGUMENT\"", "letter_id: ", "\"correlationId\":\"");
    assertThat(ask("POST /console/api/call/EnrollmentService/Unblind", own, origin() + JSON, "{}"))
        .contains("NOT_A_CONSOLE_CALL");
    assertThat(ask("POST /console/api/call/StudyService/ListStudies", own, origin() + JSON, "{}"))
        .contains("\"studies\":[")
        .doesNotContain("armId");
  }

  @Test
  void aStreamGoesOnWhereItBroke() throws IOException {
    String path =
        "GET /console/api/live?feed=ProjectionAdminService%2FListProjections%3F%7B%7D"
            + "&feed=DeadLetterService%2FNone%3F%7B%7D";

    String first = firstEvent(path, "");

    assertThat(first).contains("event: snapshot", "\"0\":{\"answer\"", "\"1\":{\"error\"");
    String id =
        first
            .lines()
            .filter(line -> line.startsWith("id: "))
            .findFirst()
            .orElseThrow()
            .substring(4);
    assertThat(firstEvent(path, "Last-Event-ID: " + id + "\r\n"))
        .contains("event: snapshot")
        .doesNotContain("\"1\":");
    assertThat(firstEvent(path, "Last-Event-ID: 00000000.7\r\n")).contains("\"1\":{\"error\"");
  }

  private String origin() {
    return "Origin: http://" + own + "\r\n";
  }

  /** Returns head and body of the answer; the body without the lines of chunked encoding. */
  private String ask(String request, String host, String headers, String body) throws IOException {
    try (Socket socket = send(request, host, headers + "Connection: close\r\n", body)) {
      // One char a byte, so that lengths in the answer are lengths in the text.
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      int end = answer.indexOf("\r\n\r\n") + 4;
      assertThat(end).as("%s", answer).isGreaterThan(3);
      String head = answer.substring(0, end);
      String rest = answer.substring(end);
      String content = head.contains("Transfer-Encoding: chunked") ? unchunked(rest) : rest;
      return head
          + new String(content.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
  }

  private static String unchunked(String chunks) {
    StringBuilder content = new StringBuilder();
    int at = 0;
    while (true) {
      int line = chunks.indexOf("\r\n", at);
      int length = Integer.parseInt(chunks.substring(at, line), 16);
      if (length == 0) {
        return content.toString();
      }
      content.append(chunks, line + 2, line + 2 + length);
      at = line + 2 + length + 2;
    }
  }

  private String firstEvent(String request, String headers) throws IOException {
    try (Socket socket = send(request, own, headers, "");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      StringBuilder event = new StringBuilder();
      String line = lines.readLine();
      while (line != null && !line.startsWith("data: ")) {
        event.append(line).append('\n');
        line = lines.readLine();
      }
      return event.append(line).toString();
    }
  }

  private Socket send(String request, String host, String headers, String body) throws IOException {
    Socket socket = new Socket(console.getHost(), console.getPort());
    socket.setSoTimeout(10_000);
    socket
        .getOutputStream()
        .write(
            "%s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s"
                .formatted(request, host, headers, body.length(), body)
                .getBytes(StandardCharsets.UTF_8));
    return socket;
  }
}
