package org.accrual.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TurnsTest {
  @Test
  @DisplayName("Each contender is the first in one of as many turns as there are contenders")
  void rotates() {
    List<String> contenders = List.of("A", "B", "C");

    assertThat(Turns.order(contenders, 0)).containsExactly("A", "B", "C");
    assertThat(Turns.order(contenders, 1)).containsExactly("B", "C", "A");
    assertThat(Turns.order(contenders, 2)).containsExactly("C", "A", "B");
    assertThat(Turns.order(contenders, 3)).containsExactly("A", "B", "C");
    assertThat(Turns.order(contenders, -1)).containsExactly("C", "A", "B");
  }
}
