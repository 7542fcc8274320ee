package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Under a locale whose {@code %d} has other digits than 0 to 9. */
class AddressesTest {
  private final Locale before = Locale.getDefault();

  private final Addresses addresses =
      new Addresses(new Ports(7100, 7101, 7200, 7300, 7301, 7400, 7500, 7600, 7700));

  @BeforeEach
  void useOtherDigits() {
    Locale.setDefault(Locale.of("ar", "EG"));
  }

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  @Test
  void haveAsciiDigits() {
    assertThat(addresses.database()).isEqualTo("postgresql://postgres@127.0.0.1:7400/accrual");
    assertThat(addresses.jdbc()).isEqualTo("jdbc:postgresql://127.0.0.1:7400/accrual");
    assertThat(addresses.kafka()).isEqualTo("127.0.0.1:7500");
    assertThat(addresses.registry()).isEqualTo("http://127.0.0.1:7600/apis/ccompat/v7");
    assertThat(addresses.console()).isEqualTo("http://127.0.0.1:7300/console");
    assertThat(addresses.commands()).isEqualTo("127.0.0.1:7101");
  }
}
