package org.accrual.consumers.notification;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder in which the SMTP catcher of local runs puts each mail, as {@code NAME.N.eml}: the
 * name is the Message-ID without its brackets, {@code _} in place of what is not {@code
 * A-Za-z0-9.@-}, and N counts mails with that id, 1, 2 …
 */
final class CaughtMails {
  private static final int MOST = 10;

  private CaughtMails() {}

  /** The mails with a Message-ID, as they came; first to last. */
  static List<String> read(Path folder, String messageId) {
    String name = messageId.replaceAll("[<>]", "").replaceAll("[^A-Za-z0-9.@-]", "_");
    return Stream.iterate(1, n -> n <= MOST, n -> n + 1)
        .map(n -> folder.resolve("%s.%d.eml".formatted(name, n)))
        .takeWhile(Files::exists)
        .map(CaughtMails::text)
        .toList();
  }

  private static String text(Path mail) {
    try {
      return Files.readString(mail);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
