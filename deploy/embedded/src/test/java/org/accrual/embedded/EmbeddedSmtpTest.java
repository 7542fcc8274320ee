package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedSmtpTest {
  @TempDir Path folder;

  @Test
  void keepsEachMailUnderItsMessageId() throws IOException {
    try (EmbeddedSmtp smtp = EmbeddedSmtp.start(folder, "127.0.0.1", 0)) {
      assertThat(EmbeddedSmtp.answers("127.0.0.1", smtp.port())).isTrue();
      send(smtp.port(), "Message-ID: <one/../1@here>\r\nSubject: first\r\n\r\nText");
      send(smtp.port(), "message-id:<one/../1@here>\r\nSubject: again\r\n\r\nText");
      send(smtp.port(), "Subject: third\r\n\r\nMessage-ID: <not@header>");
    }

    assertThat(folder.resolve("one_.._1@here.1.eml")).content().contains("Subject: first");
    assertThat(folder.resolve("one_.._1@here.2.eml")).content().contains("Subject: again");
    assertThat(folder.resolve("no-message-id.1.eml")).content().contains("Subject: third");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(3);
    }
  }

  @Test
  void answersNoMoreOnceClosed() {
    EmbeddedSmtp smtp = EmbeddedSmtp.start(folder, "127.0.0.1", 0);
    smtp.close();

    assertThat(EmbeddedSmtp.answers("127.0.0.1", smtp.port())).isFalse();
  }

  private static void send(int port, String mail) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port);
        BufferedReader replies =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      assertThat(replies.readLine()).startsWith("220");
      for (String line :
          new String[] {
            "HELO me", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", mail + "\r\n."
          }) {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(replies.readLine()).as(line).matches("[23].*");
      }
    }
  }
}
