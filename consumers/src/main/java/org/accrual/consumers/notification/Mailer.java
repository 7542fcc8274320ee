package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.util.Optional;
import java.util.Properties;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.consumers.notification.SmtpSettings.Tls;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.eclipse.microprofile.faulttolerance.Bulkhead;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Timeout;
import org.eclipse.microprofile.faulttolerance.exceptions.TimeoutException;

/** Sends mails through SMTP, each in a connection of its own. */
@ApplicationScoped
class Mailer implements Carrier {
  private final Optional<NotificationSettings> settings;
  private final Session session;

  @Inject
  Mailer(ConsumersSettings settings) {
    this.settings = settings.notification();
    this.session =
        Session.getInstance(this.settings.map(Mailer::properties).orElseGet(Properties::new));
  }

  @Override
  public Channel channel() {
    return Channel.EMAIL;
  }

  /**
   * As {@link Carrier#carry}, once: the table says when it is tried again. After three failures of
   * four the server is left alone for 5 s.
   */
  @Override
  @CircuitBreaker(
      requestVolumeThreshold = 4,
      failureRatio = 0.75,
      delay = 5_000,
      failOn = {NotAccepted.class, Doubtful.class, TimeoutException.class})
  @Timeout(Carrier.TIMEOUT_MILLIS)
  @Bulkhead(NotificationSender.AT_ONCE)
  public String carry(Intent intent, String address) {
    WelcomeMail mail = mail(intent, address);
    SmtpSettings smtp = settings.orElseThrow().smtp();
    try (SMTPTransport server = connect(smtp)) {
      server.sendMessage(mail, mail.getAllRecipients());
      return accepted(server);
    } catch (MessagingException failure) {
      throw SmtpFailures.of(failure, mail.isHandedOver());
    }
  }

  private SMTPTransport connect(SmtpSettings smtp) throws MessagingException {
    SMTPTransport server =
        (SMTPTransport) session.getTransport(smtp.tls() == Tls.TLS ? "smtps" : "smtp");
    if (smtp.user().isEmpty()) {
      server.connect(smtp.host(), smtp.port(), null, null);
    } else {
      server.connect(smtp.host(), smtp.port(), smtp.user(), smtp.password());
    }
    return server;
  }

  private WelcomeMail mail(Intent intent, String address) {
    NotificationSettings all = settings.orElseThrow();
    try {
      InternetAddress to = new InternetAddress(address, true);
      return new WelcomeMail(session, intent, all.smtp().from(), to, all.templates());
    } catch (AddressException notAnAddress) {
      throw new RefusedForGood("the contact is not an e-mail address", null);
    } catch (MessagingException unwritable) {
      throw new RefusedForGood(
          "the mail cannot be written: " + unwritable.getMessage(), unwritable);
    }
  }

  private static String accepted(SMTPTransport server) {
    String reply = server.getLastServerResponse();
    return reply == null ? "" : reply.strip();
  }

  private static Properties properties(NotificationSettings settings) {
    SmtpSettings smtp = settings.smtp();
    String protocol = smtp.tls() == Tls.TLS ? "mail.smtps." : "mail.smtp.";
    String timeout = Long.toString(smtp.timeout().toMillis());
    Properties properties = new Properties();
    properties.setProperty(protocol + "connectiontimeout", timeout);
    properties.setProperty(protocol + "timeout", timeout);
    properties.setProperty(protocol + "writetimeout", timeout);
    properties.setProperty(protocol + "auth", Boolean.toString(!smtp.user().isEmpty()));
    properties.setProperty(
        protocol + "starttls.enable", Boolean.toString(smtp.tls() == Tls.STARTTLS));
    properties.setProperty(
        protocol + "starttls.required", Boolean.toString(smtp.tls() == Tls.STARTTLS));
    properties.setProperty(protocol + "ssl.checkserveridentity", "true");
    // Whether QUIT is answered changes nothing.
    properties.setProperty(protocol + "quitwait", "false");
    return properties;
  }
}
