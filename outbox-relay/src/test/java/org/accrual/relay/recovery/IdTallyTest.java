package org.accrual.relay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdTallyTest {
  @Test
  void countsWhatItWasGivenAndPassesOverTheRest() {
    IdTally tally = new IdTally();
    List<UUID> ids = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      ids.add(new UUID(i * 7_919L % 3_000, -i));
      tally.add(ids.getLast());
    }
    ids.subList(0, 2_990).forEach(tally::see);
    tally.see(ids.getFirst());
    tally.see(UUID.randomUUID());

    assertThat(tally.size()).isEqualTo(3_000);
    assertThat(tally.unseen()).isEqualTo(10);
    assertThat(tally.repeated()).isEqualTo(1);
    assertThat(tally.count(ids.getFirst())).isEqualTo(2);
    assertThat(tally.count(ids.getLast())).isZero();
    assertThat(tally.count(UUID.randomUUID())).isZero();
    List<UUID> differing = new ArrayList<>();
    tally.differing(5, differing::add);
    assertThat(differing).hasSize(5).isSubsetOf(ids);
  }
}
