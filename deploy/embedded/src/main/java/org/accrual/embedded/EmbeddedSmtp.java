package org.accrual.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/**
 * Catches mails: an SMTP server that accepts every mail, hands none on, and keeps each as a file
 * that can be read. A mail is on disk before it is accepted.
 *
 * <p>The file is {@code NAME.N.eml} in the server's folder: the name is the mail's Message-ID
 * without its brackets, {@code _} in place of what is not {@code A-Za-z0-9.@-}, and N counts mails
 * with that id, 1, 2 … A mail without one has the name {@code no-message-id}.
 */
public final class EmbeddedSmtp implements AutoCloseable {
  private static final int LARGEST_MAIL = 1 << 20;
  private static final int MOST_CONNECTIONS = 100;
  private static final int PROBE_MILLIS = 2_000;
  private static final Pattern MESSAGE_ID =
      Pattern.compile(
          "^Message-ID:\\s*<([^>\\r\\n]{1,200})>", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private final Path folder;
  private final SMTPServer server;

  private EmbeddedSmtp(Path folder, String host, int port, Duration late) {
    this.folder = folder;
    this.server =
        SMTPServer.port(port)
            .bindAddress(address(host))
            .hostName("localhost")
            .maxMessageSize(LARGEST_MAIL)
            .maxConnections(MOST_CONNECTIONS)
            .messageHandler(
                (_, _, _, mail) -> {
                  keep(mail);
                  // The mail has arrived, and whoever sent it does not know yet.
                  LockSupport.parkNanos(late.toNanos());
                })
            .build();
  }

  /**
   * Runs a server until this process is stopped.
   *
   * @param args folder, host, port
   */
  public static void main(String[] args) throws InterruptedException {
    Locale.setDefault(Locale.ROOT);
    EmbeddedSmtp smtp = start(Path.of(args[0]), args[1], Integer.parseInt(args[2]));
    Runtime.getRuntime().addShutdownHook(new Thread(smtp::close, "stop-smtp"));
    System.out.printf("smtp ready on %s:%d%n", args[1], smtp.port());
    new CountDownLatch(1).await();
  }

  /**
   * Starts it.
   *
   * @param folder for the mails; made if it is not there
   * @param host address to listen on
   * @param port 0 for a free one
   */
  public static EmbeddedSmtp start(Path folder, String host, int port) {
    return start(folder, host, port, Duration.ZERO);
  }

  /** The same for a server that says only after a while that it has accepted a mail. */
  public static EmbeddedSmtp start(Path folder, String host, int port, Duration late) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EmbeddedPartException("The folder for mails cannot be made: " + folder, e);
    }
    EmbeddedSmtp smtp = new EmbeddedSmtp(folder, host, FreePort.orPicked(port), late);
    try {
      smtp.server.start();
    } catch (RuntimeException e) {
      throw new EmbeddedPartException(
          "The SMTP server did not start on %s:%d: %s".formatted(host, smtp.port(), e.getMessage()),
          e);
    }
    return smtp;
  }

  public int port() {
    return server.getPort();
  }

  /** Whether an SMTP server greets there within two seconds. */
  public static boolean answers(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PROBE_MILLIS);
      socket.setSoTimeout(PROBE_MILLIS);
      byte[] greeting = socket.getInputStream().readNBytes(3);
      socket.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(greeting, StandardCharsets.US_ASCII).equals("220");
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Stops; the mails stay. */
  @Override
  public void close() {
    server.stop();
  }

  private void keep(byte[] mail) throws RejectException {
    try {
      Path whole = Files.createTempFile(folder, "mail", ".part");
      Files.write(whole, mail);
      String name = name(mail);
      for (int n = 1; !moved(whole, folder.resolve(name + "." + n + ".eml")); n++) {
        // That number is taken.
      }
    } catch (IOException failed) {
      throw new RejectException(451, "cannot keep the mail: " + failed.getMessage());
    }
  }

  /** Whole or not at all: who sees the file can read it. */
  private static boolean moved(Path whole, Path file) throws IOException {
    try {
      Files.createLink(file, whole);
      Files.delete(whole);
      return true;
    } catch (FileAlreadyExistsException taken) {
      return false;
    }
  }

  private static String name(byte[] mail) {
    String text = new String(mail, StandardCharsets.ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    Matcher id = MESSAGE_ID.matcher(end < 0 ? text : text.substring(0, end));
    return id.find() ? id.group(1).replaceAll("[^A-Za-z0-9.@-]", "_") : "no-message-id";
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException unknown) {
      throw new EmbeddedPartException("Not an address of this machine: " + host, unknown);
    }
  }
}
