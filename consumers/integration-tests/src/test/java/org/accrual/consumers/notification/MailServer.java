package org.accrual.consumers.notification;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.accrual.embedded.FreePort;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/** An SMTP server that does as the test says; it can be started, stopped and started again. */
final class MailServer implements AutoCloseable {
  private static final Pattern MESSAGE_ID = Pattern.compile("(?m)^Message-ID: (\\S+)");

  final int port = FreePort.pick();
  final List<String> mails = new CopyOnWriteArrayList<>();
  private final OnMail onMail;
  private SMTPServer server;

  /** Called with each mail's recipient once the mail is kept, before the server says so. */
  interface OnMail {
    void arrived(String to) throws RejectException;
  }

  MailServer(OnMail onMail) {
    this.onMail = onMail;
  }

  static MailServer started() {
    return new MailServer(_ -> {}).start();
  }

  MailServer start() {
    server =
        SMTPServer.port(port)
            .bindAddress(InetAddress.getLoopbackAddress())
            .messageHandler(
                (_, _, to, data) -> {
                  mails.add(new String(data, StandardCharsets.UTF_8));
                  onMail.arrived(to);
                })
            .build();
    server.start();
    return this;
  }

  /** The Message-IDs of what came, in order. */
  List<String> messageIds() {
    return mails.stream().map(MailServer::messageId).toList();
  }

  @Override
  public void close() {
    if (server != null) {
      server.stop();
    }
  }

  private static String messageId(String mail) {
    Matcher id = MESSAGE_ID.matcher(mail);
    if (!id.find()) {
      throw new AssertionError("no Message-ID: " + mail);
    }
    return id.group(1);
  }
}
