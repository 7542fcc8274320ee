package org.accrual.consumers.notification;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/** A mail that keeps its Message-ID, and knows whether the server has begun to get its content. */
final class WelcomeMail extends MimeMessage {
  private final String messageId;
  private boolean handedOver;

  WelcomeMail(Session session, Intent intent, String from, InternetAddress to, Templates templates)
      throws MessagingException {
    super(session);
    this.messageId = intent.messageId();
    setFrom(new InternetAddress(from));
    setRecipient(Message.RecipientType.TO, to);
    setSubject(templates.subject(intent), StandardCharsets.UTF_8.name());
    setText(templates.body(intent), StandardCharsets.UTF_8.name());
    setSentDate(Date.from(intent.createdAt()));
    // No out-of-office replies.
    setHeader("Auto-Submitted", "auto-generated");
    saveChanges();
  }

  /** Before, the server cannot have accepted it. */
  boolean isHandedOver() {
    return handedOver;
  }

  /** The library would make another with each attempt. */
  @Override
  protected void updateMessageID() throws MessagingException {
    setHeader("Message-ID", messageId);
  }

  @Override
  public void writeTo(OutputStream out, String @Nullable [] ignoreList)
      throws IOException, MessagingException {
    handedOver = true;
    super.writeTo(out, ignoreList);
  }
}
