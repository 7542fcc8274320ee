package org.accrual.relay.stream.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
  @ParameterizedTest
  @ValueSource(strings = {"0/0", "0/16B3748", "1/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"})
  void readsAndWritesAsPostgresDoes(String text) {
    assertThat(Position.text(Position.lsn(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "1", "1/", "/1", "1/G", "123456789/1", "1/123456789", "-1/-1 "})
  void refusesWhatIsNotAnLsn(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Position.lsn(text));
  }

  @Test
  void ordersByLsnThenOrdinal() {
    assertThat(Position.at(2)).isGreaterThan(new Position(1, 9));
    assertThat(new Position(1, 2)).isGreaterThan(new Position(1, 1));
    assertThat(Position.at(1)).isEqualByComparingTo(new Position(1, 0));
    // LSNs are unsigned.
    assertThat(Position.at(-1)).isGreaterThan(Position.at(Long.MAX_VALUE));
  }
}
