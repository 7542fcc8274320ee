package org.accrual.local;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What notification needs in a local run: the catcher's address, and the key that contacts are
 * encrypted with, kept with the data: without it they are lost.
 *
 * @param folder where the catcher keeps mails
 */
record Mail(Path folder, int port, String contactKey) {
  private static final int CONTACT_KEY_BYTES = 32;

  /** Of an installation's folder; the key is made now if there is none. */
  static Mail in(Path data, int port) {
    List<String> lines =
        SecretFile.lines(
            data.resolve("contact.key"), () -> List.of(SecretFile.randomKey(CONTACT_KEY_BYTES)));
    return new Mail(data.resolve(Stack.SMTP), port, lines.getFirst());
  }

  /** The key, for the environment. */
  Map<String, String> secrets() {
    return Map.of("ACCRUAL_NOTIFICATION_CONTACT_KEY", contactKey);
  }

  /** The rest, for the command line. */
  List<String> options() {
    return List.of(
        "-Daccrual.notification.smtp.host=" + Addresses.HOST,
        "-Daccrual.notification.smtp.port=" + port,
        "-Daccrual.notification.smtp.tls=none",
        "-Daccrual.notification.smtp.from=trials@accrual.example",
        "-Daccrual.notification.caught-mails=" + folder);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Mail to " + folder;
  }
}
