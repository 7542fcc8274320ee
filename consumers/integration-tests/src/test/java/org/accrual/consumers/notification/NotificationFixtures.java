package org.accrual.consumers.notification;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.runtime.Settings;

/** Settings and messages. */
final class NotificationFixtures {
  static final String CONTACT_KEY = Base64.getEncoder().encodeToString(new byte[32]);

  private NotificationFixtures() {}

  /** What a process needs to run notification against a mail server on this machine. */
  static Map<String, String> settings(int smtpPort, Map<String, String> further) {
    Map<String, String> settings = new HashMap<>();
    settings.put("accrual.consumers.enabled", "notification");
    settings.put("accrual.notification.smtp.host", "127.0.0.1");
    settings.put("accrual.notification.smtp.port", Integer.toString(smtpPort));
    settings.put("accrual.notification.smtp.tls", "none");
    settings.put("accrual.notification.smtp.from", "trials@example.org");
    settings.put("accrual.notification.contact-key", CONTACT_KEY);
    settings.putAll(further);
    return settings;
  }

  static ConsumersSettings read(Map<String, String> settings) {
    return ConsumersSettings.read(Settings.of(key -> Optional.ofNullable(settings.get(key))));
  }

  static Intent intent(Channel channel) {
    return new Intent(
        UUID.randomUUID(),
        channel,
        Templates.WELCOME,
        "study",
        "site",
        UUID.randomUUID(),
        "patient",
        channel == Channel.EMAIL ? "<an-id.email@example.org>" : "an-id.text",
        1,
        Instant.parse("2026-03-04T05:06:07Z"),
        "conversation",
        "",
        null,
        OffsetDateTime.now(ZoneOffset.UTC));
  }

  /** The same intent with an address. */
  static Intent to(Intent intent, NotificationSettings settings, String address) {
    return new Intent(
        intent.notificationId(),
        intent.channel(),
        intent.template(),
        intent.studyId(),
        intent.siteId(),
        intent.enrollmentId(),
        intent.patientId(),
        intent.messageId(),
        intent.attempts(),
        intent.createdAt(),
        intent.correlationId(),
        intent.traceparent(),
        settings
            .contacts()
            .encrypt(address, new Patient(intent.studyId(), intent.patientId()), intent.channel()),
        intent.lease());
  }
}
