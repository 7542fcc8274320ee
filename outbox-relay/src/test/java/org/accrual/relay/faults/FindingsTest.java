package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.accrual.relay.faults.Findings.Message;
import org.junit.jupiter.api.Test;

class FindingsTest {
  private static final Message A1 = new Message("1", "a", 1, "x");
  private static final Message A2 = new Message("2", "a", 2, "x");
  private static final Message B1 = new Message("3", "b", 1, "x");

  @Test
  void theSameInTheOrderOfEachKeyIsClean() {
    assertThat(Findings.of(List.of(A1, A2, B1), List.of(B1, A1, A2)).clean()).isTrue();
  }

  @Test
  void tellsEachKindOfDifference() {
    assertThat(Findings.of(List.of(A1, A2), List.of(A1)).lost()).hasSize(1);
    assertThat(Findings.of(List.of(A1), List.of(A1, A1)).duplicated()).hasSize(1);
    assertThat(Findings.of(List.of(A1), List.of(A1, A2)).invented()).hasSize(1);
    assertThat(Findings.of(List.of(A1, A2), List.of(A2, A1)).outOfOrder()).hasSize(2);
    assertThat(Findings.of(List.of(A1), List.of(new Message("1", "a", 1, "y"))).different())
        .hasSize(1);
  }
}
