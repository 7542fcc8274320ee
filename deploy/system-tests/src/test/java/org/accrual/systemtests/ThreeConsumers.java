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
import org.accrual.embedded.FreePort;
import org.accrual.local.Stack;

/**
 * A stack whose consumers are three processes, and a mail server that the test holds: it says only
 * after a while that it has accepted a mail, so that kills fall in between, and it can be away.
 */
final class ThreeConsumers {
  private static final Duration LATE = Duration.ofMillis(800);
  private static final Pattern CAUGHT = Pattern.compile("(.+)\\.([0-9]+)\\.eml");
  private static ThreeConsumers shared;

  private final int smtpPort = FreePort.pick();
  private final Path folder = TestStack.freshFolder();
  private final TestStack stack;
  private EmbeddedSmtp server;

  private ThreeConsumers() {
    mailServer(true);
    stack =
        TestStack.started(
            settings ->
                settings
                    .withConsumers(3)
                    .withOptions(Stack.CORE, "-Daccrual.saga.step-deadline=60s")
                    .withOptions(
                        Stack.CONSUMERS,
                        "-XX:TieredStopAtLevel=1",
                        "-Daccrual.notification.smtp.port=" + smtpPort,
                        "-Daccrual.notification.lease=5s",
                        "-Daccrual.notification.longest-pause=5s",
                        "-Daccrual.intake.retry-pause=1s"));
  }

  /** One for all tests of this JVM, stopped when the JVM ends. */
  static synchronized ThreeConsumers shared() {
    if (shared == null) {
      shared = new ThreeConsumers();
    }
    return shared;
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
}
