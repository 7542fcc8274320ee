package org.accrual.relay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoverOptionsTest {
  @Test
  @DisplayName("Each option may be left out, and they may be in any order")
  void optionsInAnyOrder() {
    assertThat(parse("recover")).contains(RecoverOptions.NONE);
    assertThat(parse("recover --compare"))
        .contains(new RecoverOptions(true, false, Optional.empty()));
    assertThat(parse("recover --replaces 74 --accept-lost"))
        .contains(new RecoverOptions(false, true, Optional.of("74")));
    assertThat(parse("recover --accept-lost --compare --replaces 74"))
        .contains(new RecoverOptions(true, true, Optional.of("74")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "recover 74", "recover --replaces", "recover --compare x"})
  @DisplayName("Other words are refused")
  void otherWordsAreRefused(String line) {
    assertThat(parse(line)).isEmpty();
  }

  private static Optional<RecoverOptions> parse(String line) {
    return RecoverOptions.parse(List.of(line.split(" ")));
  }
}
