package org.accrual.consumers.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.accrual.consumers.notification.NotificationSettings.InDoubt;
import org.accrual.consumers.notification.SmtpSettings.Tls;
import org.accrual.runtime.InvalidSetting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotificationSettingsTest {
  @TempDir Path folder;

  @Test
  void defaultsAreSafe() {
    NotificationSettings settings = read(Map.of("accrual.notification.smtp.tls", ""));

    assertThat(settings.smtp().tls()).isEqualTo(Tls.STARTTLS);
    assertThat(settings.inDoubt()).isEqualTo(InDoubt.RESEND);
    assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.gateway()).isEmpty();
    assertThat(settings.caughtMails()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "accrual.notification.smtp.host, ''",
    "accrual.notification.smtp.port, 0",
    "accrual.notification.smtp.from, nobody",
    "accrual.notification.smtp.from, a@b@c",
    "accrual.notification.smtp.tls, maybe",
    "accrual.notification.text.url, ftp://somewhere",
    "accrual.notification.in-doubt, shrug",
    "accrual.notification.lease, 1s",
    "accrual.notification.lease, 30s",
    "accrual.notification.caught-mails, /not/there",
    "accrual.notification.templates, /not/there",
  })
  void aWrongValueIsNamed(String key, String value) {
    assertThatThrownBy(() -> read(Map.of(key, value)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContainingAll(key, value, "it must be");
  }

  @ParameterizedTest
  @CsvSource({"''", "c2hvcnQ=", "%%%"})
  void aWrongContactKeyIsNotShown(String key) {
    assertThatThrownBy(() -> read(Map.of("accrual.notification.contact-key", key)))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContainingAll("accrual.notification.contact-key", "32 random bytes")
        .hasMessageNotContaining("c2hvcnQ");
  }

  @Test
  void aTemplateOfOnesOwnTakesTheBuiltInsPlace() throws IOException {
    Files.writeString(folder.resolve("welcome.email.txt"), "Subject: {site_id}\n\nHi {patient_id}");
    NotificationSettings settings =
        read(Map.of("accrual.notification.templates", folder.toString()));
    Intent intent = NotificationFixtures.intent(Channel.EMAIL);

    assertThat(settings.templates().subject(intent)).isEqualTo("site");
    assertThat(settings.templates().body(intent)).isEqualTo("Hi patient");
    assertThat(settings.templates().text(intent)).startsWith("Welcome to study study");
  }

  @ParameterizedTest
  @CsvSource({"'No subject'", "'Subject: x\n\n{arm}'"})
  void aBrokenTemplateStopsTheStart(String template) throws IOException {
    Files.writeString(folder.resolve("welcome.email.txt"), template);

    assertThatThrownBy(() -> read(Map.of("accrual.notification.templates", folder.toString())))
        .isInstanceOf(InvalidSetting.class)
        .hasMessageContainingAll("accrual.notification.templates", "welcome.email.txt");
  }

  private static final Patient ADA = new Patient("study-1", "ada");

  @Test
  void anAddressOpensForItsPatientAndChannelOnly() {
    ContactCipher cipher = read(Map.of()).contacts();
    byte[] box = cipher.encrypt("ada@example.org", ADA, Channel.EMAIL);

    assertThat(cipher.decrypt(box, ADA, Channel.EMAIL)).isEqualTo("ada@example.org");
    assertThat(cipher.encrypt("ada@example.org", ADA, Channel.EMAIL)).isNotEqualTo(box);
    assertThatThrownBy(() -> cipher.decrypt(box, new Patient("study-2", "ada"), Channel.EMAIL))
        .isInstanceOf(UnreadableContact.class);
    assertThatThrownBy(() -> cipher.decrypt(box, ADA, Channel.TEXT))
        .isInstanceOf(UnreadableContact.class);
    assertThatThrownBy(() -> cipher.decrypt(new byte[3], ADA, Channel.EMAIL))
        .isInstanceOf(UnreadableContact.class);
  }

  private static NotificationSettings read(Map<String, String> further) {
    return NotificationFixtures.read(NotificationFixtures.settings(25, further))
        .notification()
        .orElseThrow();
  }
}
