package org.accrual.consumers.notification;

import jakarta.mail.MessagingException;
import java.util.Optional;
import org.accrual.runtime.Redacted;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;

/**
 * Classifies failures of sending a mail. A reply of the server is a certain no. It is final only if
 * it is about the recipient or the content, and permanent (5yz): a server that refuses the sender,
 * as it does with wrong credentials or a relay that is not allowed, would refuse each mail until an
 * operator has fixed that. A connection that broke says no as well, unless the mail's content had
 * been handed over: then the outcome is unknown.
 */
final class SmtpFailures {
  private SmtpFailures() {}

  static RuntimeException of(MessagingException failure, boolean handedOver) {
    Optional<Reply> reply = reply(failure);
    String said = said(failure);
    if (reply.isPresent()) {
      return reply.get().isFinal()
          ? new RefusedForGood(said, failure)
          : new NotAccepted(said, failure);
    }
    return handedOver ? new Doubtful(said, failure) : new NotAccepted(said, failure);
  }

  /**
   * A reply of the server.
   *
   * @param aboutSender whether it refuses the sender, whatever the mail is
   */
  private record Reply(int code, boolean aboutSender) {
    boolean isFinal() {
      return code >= 500 && !aboutSender;
    }
  }

  /** Returns the server's reply to the mail; empty if it was to the login or greeting. */
  private static Optional<Reply> reply(MessagingException failure) {
    for (Exception each = failure;
        each instanceof MessagingException messaging;
        each = messaging.getNextException()) {
      Reply reply =
          switch (each) {
            case SMTPAddressFailedException e -> new Reply(e.getReturnCode(), false);
            case SMTPSenderFailedException e -> new Reply(e.getReturnCode(), true);
            case SMTPSendFailedException e ->
                new Reply(e.getReturnCode(), String.valueOf(e.getCommand()).startsWith("MAIL"));
            default -> new Reply(0, false);
          };
      if (reply.code() >= 400) {
        return Optional.of(reply);
      }
    }
    return Optional.empty();
  }

  private static String said(MessagingException failure) {
    String message = failure.getMessage();
    Exception next = failure.getNextException();
    String whole = next == null ? message : message + ": " + next.getMessage();
    // Servers repeat the address; the text is logged, stored and shown.
    return Redacted.contacts(String.valueOf(whole).replaceAll("\\s+", " ").strip());
  }
}
