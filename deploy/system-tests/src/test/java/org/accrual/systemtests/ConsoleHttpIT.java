package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console answers to whoever speaks HTTP to it, byte by byte. */
class ConsoleHttpIT {
  private static final String CALL =
      "POST /console/api/call/ProjectionAdminService/ListProjections";
  private static final Pattern LENGTH =
      Pattern.compile("(?i)^content-length: (\\d+)", Pattern.MULTILINE);
  private static final String SAME_SITE = "Sec-Fetch-Site: same-origin\r\n";
  private static final String JSON = SAME_SITE + "Content-Type: application/json\r\n";

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
    assertThat(ask(CALL, own, origin() + SAME_SITE + "Content-Type: text/plain\r\n", "{}"))
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ProjectionAdminService/StartRebuild",
        "ProjectionAdminService/CancelRebuild",
        "DeadLetterService/Redrive",
        "DeadLetterService/Discard",
        "NotificationService/ResolveNotification"
      })
  void theLiveStreamRefusesWhateverIsNotReading(String method) throws IOException {
    String feed = "?feed=" + method.replace("/", "%2F") + "%3F%7B%7D";

    assertThat(ask("GET /console/api/live" + feed, own, SAME_SITE, "")).startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site", "none", ""})
  void nothingIsReadForAnotherSite(String site) throws IOException {
    String header = site.isEmpty() ? "" : "Sec-Fetch-Site: " + site + "\r\n";

    assertThat(
            ask(
                "GET /console/api/live?feed=ProjectionAdminService%2FListProjections%3F%7B%7D",
                own, header, ""))
        .startsWith("HTTP/1.1 403")
        .contains("Sec-Fetch-Site");
  }

  @Test
  void aPageHasAtMostSixteenFeeds() throws IOException {
    String feed = "feed=ProjectionAdminService%2FListProjections%3F%7B%7D&";

    assertThat(ask("GET /console/api/live?" + feed.repeat(17), own, SAME_SITE, ""))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void aStreamGoesOnWhereItBroke() throws IOException {
    String path =
        "GET /console/api/live?feed=ProjectionAdminService%2FListProjections%3F%7B%7D"
            + "&feed=DeadLetterService%2FNone%3F%7B%7D";

    String first = firstEvent(path, SAME_SITE);

    assertThat(first).contains("event: snapshot", "\"0\":{\"answer\"", "\"1\":{\"error\"");
    String id =
        first
            .lines()
            .filter(line -> line.startsWith("id: "))
            .findFirst()
            .orElseThrow()
            .substring(4);
    assertThat(firstEvent(path, SAME_SITE + "Last-Event-ID: " + id + "\r\n"))
        .contains("event: snapshot")
        .doesNotContain("\"1\":");
    assertThat(firstEvent(path, SAME_SITE + "Last-Event-ID: 00000000.7\r\n"))
        .contains("\"1\":{\"error\"");
  }

  private String origin() {
    return "Origin: http://" + own + "\r\n";
  }

  /** Returns head and body of the answer; the body without the lines of chunked encoding. */
  private String ask(String request, String host, String headers, String body) throws IOException {
    try (Socket socket = send(request, host, headers, body)) {
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        head.append(line).append("\r\n");
      }
      Matcher length = LENGTH.matcher(head);
      byte[] content =
          length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : chunks(in);
      return head + "\r\n" + new String(content, StandardCharsets.UTF_8);
    }
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(in), 16);
        size > 0;
        size = Integer.parseInt(line(in), 16)) {
      content.write(in.readNBytes(size));
      assertThat(line(in)).isEmpty();
    }
    return content.toByteArray();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      assertThat(next).as("end of the answer after %s", line).isNotNegative();
      line.append((char) next);
    }
    return line.toString().strip();
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
