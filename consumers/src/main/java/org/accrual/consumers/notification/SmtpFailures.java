package org.accrual.consumers.notification;

import jakarta.mail.MessagingException;
import java.util.OptionalInt;
import org.accrual.runtime.Redacted;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/**
 * Tells what a failure says of a mail. A reply of the server is a certain no: 5yz for good, 4yz for
 * now. A connection that broke says no as well, unless the mail's content had been handed over:
 * then nobody knows.
 */
final class SmtpFailures {
  private SmtpFailures() {}

  static RuntimeException of(MessagingException failure, boolean handedOver) {
    OptionalInt reply = reply(failure);
    String said = said(failure);
    if (reply.isPresent()) {
      return reply.getAsInt() >= 500
          ? new RefusedForGood(said, failure)
          : new NotAccepted(said, failure);
    }
    return handedOver ? new Doubtful(said, failure) : new NotAccepted(said, failure);
  }

  /** The server's reply to the mail, not to the login or greeting. */
  private static OptionalInt reply(MessagingException failure) {
    for (Exception each = failure;
        each instanceof MessagingException messaging;
        each = messaging.getNextException()) {
      int code =
          switch (each) {
            case SMTPAddressFailedException e -> e.getReturnCode();
            case SMTPSenderFailedException e -> e.getReturnCode();
            case SMTPSendFailedException e -> e.getReturnCode();
            default -> -1;
          };
      if (code >= 400) {
        return OptionalInt.of(code);
      }
    }
    return OptionalInt.empty();
  }

  private static String said(MessagingException failure) {
    String message = failure.getMessage();
    Exception next = failure.getNextException();
    String whole = next == null ? message : message + ": " + next.getMessage();
    // Servers repeat the address; the text is logged, stored and shown.
    return Redacted.contacts(String.valueOf(whole).replaceAll("\\s+", " ").strip());
  }
}
