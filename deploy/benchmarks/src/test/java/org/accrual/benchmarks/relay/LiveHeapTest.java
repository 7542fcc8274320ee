package org.accrual.benchmarks.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LiveHeapTest {
  @Test
  @DisplayName("The total of a class histogram is its bytes")
  void readsTheTotal() {
    String histogram =
        """
        4711:
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:         22510        2216800  [B (java.base@25)
           2:          1000          24000  example.Total
        Total         23510        2240800
        """;

    assertThat(LiveHeap.total(histogram)).isEqualTo(2_240_800);
  }
}
