package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArgumentsTest {

  @Test
  void areBothOptional() {
    assertThat(Arguments.parse()).isEqualTo(new Arguments(false, false));
    assertThat(Arguments.parse("--clean", "--demo")).isEqualTo(new Arguments(true, true));
  }

  @Test
  void namesTheOneItDoesNotKnow() {
    assertThatThrownBy(() -> Arguments.parse("--demo", "--dmeo"))
        .isInstanceOfSatisfying(
            StackFailed.class, failed -> assertThat(failed.exitCode()).isEqualTo(78))
        .hasMessageContaining("'--dmeo'")
        .hasMessageContaining("--clean");
  }
}
