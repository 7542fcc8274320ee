package org.accrual.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.accrual.embedded.EmbeddedSmtp;
import org.accrual.embedded.Folders;
import org.accrual.embedded.FreePort;
import org.accrual.local.Stack;

/**
 * A stack whose consumers are three processes, and a mail server that the test holds: it says only
 * after a while that it has accepted a mail, so that kills fall in between, and it can be away.
 */
final class ThreeConsumers implements AutoCloseable {
  private static final Duration LATE = Duration.ofMillis(1500);
  private static final Pattern CAUGHT = Pattern.compile("(.+)\\.([0-9]+)\\.eml");

  private final int smtpPort = FreePort.pick();
  private final Path folder = TestStack.freshFolder();
  private final TestStack stack;
  private EmbeddedSmtp server;

  ThreeConsumers() {
    mailServer(true);
    stack =
        TestStack.started(
            settings ->
                settings
                    .withConsumers(3)
                    .withOptions(Stack.CORE, "-Daccrual.saga.step-deadline=5m")
                    .withOptions(
                        Stack.CONSUMERS,
                        "-Daccrual.notification.smtp.port=" + smtpPort,
                        "-Daccrual.notification.lease=5s",
                        "-Dorg.accrual.consumers.notification.Mailer/carry/Timeout/value=4000",
                        "-Dorg.accrual.consumers.notification.TextGateway/carry/Timeout/value=4000",
                        "-Daccrual.notification.longest-pause=5s",
                        "-Daccrual.intake.retry-pause=1s"));
  }

  TestStack stack() {
    return stack;
  }

  void mailServer(boolean on) {
    if (on) {
      server = EmbeddedSmtp.start(folder, "127.0.0.1", smtpPort, LATE);
    } else {
      server.close();
    }
  }

  /** How often each mail was caught, by its Message-ID without brackets. */
  Map<String, Integer> mails() {
    Map<String, Integer> mails = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> CAUGHT.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .forEach(mail -> mails.merge(mail.group(1), 1, Integer::sum));
      return mails;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stack.close();
    mailServer(false);
    Folders.delete(folder);
  }
}
