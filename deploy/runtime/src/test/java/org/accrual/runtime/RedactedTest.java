package org.accrual.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A printed setting")
class RedactedTest {
  @ParameterizedTest
  @DisplayName("shows no secret of a URL")
  @CsvSource({
    "jdbc:postgresql://h:1/d?user=a&password=hunter2&ssl=true,"
        + " jdbc:postgresql://h:1/d?user=a&password=(not shown)&ssl=true",
    "https://a:hunter2@registry:8081/x, https://(not shown)@registry:8081/x",
    "https://h/send?token=hunter2, https://h/send?token=(not shown)",
    "jdbc:postgresql://h/d?sslPassword=hunter2, jdbc:postgresql://h/d?sslPassword=(not shown)",
    "127.0.0.1:9092, 127.0.0.1:9092"
  })
  void hidesSecrets(String value, String printed) {
    assertThat(Redacted.text(value)).isEqualTo(printed);
    assertThat(new InvalidSetting("k", value, "another"))
        .hasMessage("k: '%s' is not allowed; it must be another".formatted(printed));
    assertThat(new DatabaseSettings(value, "a", "hunter2")).hasToString("a at " + printed);
  }

  @ParameterizedTest
  @DisplayName("shows no address and no number that a mail server or a gateway repeats")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          550 5.1.1 <alice@example.org>: user unknown | 550 5.1.1 (address): user unknown
          550-5.1.1 The email account alice@example.org does not exist. | \
          550-5.1.1 The email account (address) does not exist.
          452 4.2.2 alice.b+x@example.org mailbox full | 452 4.2.2 (address) mailbox full
          {"to":"+43 660 1234567","error":"blocked"} | {"to":"(number)","error":"blocked"}
          HTTP 400 {"msisdn":"436601234567"} | HTTP 400 {"msisdn":"(number)"}
          """)
  void hidesContacts(String text, String printed) {
    assertThat(Redacted.contacts(text)).isEqualTo(printed);
  }
}
