package org.accrual.relay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoverOptionsTest {
  @Test
  void bothOptionsMayBeLeftOut() {
    assertThat(parse("recover")).contains(RecoverOptions.NONE);
    assertThat(parse("recover --compare")).contains(new RecoverOptions(true, Optional.empty()));
    assertThat(parse("recover --replaces 74"))
        .contains(new RecoverOptions(false, Optional.of("74")));
    assertThat(parse("recover --compare --replaces 74"))
        .contains(new RecoverOptions(true, Optional.of("74")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "recover 74", "recover --replaces", "recover --compare x"})
  void otherWordsAreRefused(String line) {
    assertThat(parse(line)).isEmpty();
  }

  private static Optional<RecoverOptions> parse(String line) {
    return RecoverOptions.parse(List.of(line.split(" ")));
  }
}
