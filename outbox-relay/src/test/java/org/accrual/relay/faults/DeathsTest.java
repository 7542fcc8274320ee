package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DeathsTest {
  @Test
  void aSeedRepeatsTheSchedule() {
    assertThat(schedule(7)).hasSize(10).isEqualTo(schedule(7)).isNotEqualTo(schedule(8));
  }

  @Test
  void everyPointComesUpBeforeAnyComesUpAgain() {
    Deaths deaths = new Deaths(KillPoint.values().length, new Random());
    endAll(deaths);
    assertThat(deaths.fired())
        .isEqualTo(
            Arrays.stream(KillPoint.values())
                .collect(Collectors.toMap(Function.identity(), _ -> 1)));
  }

  @Test
  void aDeathThatAKillForestalledIsStillToCome() {
    Deaths deaths = new Deaths(1, new Random());
    List<String> before = deaths.settings();
    deaths.ended(137);
    assertThat(deaths.settings()).isEqualTo(before);
    assertThat(deaths.fired()).isEmpty();
    assertThat(deaths.areOver()).isFalse();
  }

  private static List<List<String>> schedule(long seed) {
    return endAll(new Deaths(10, new Random(seed)));
  }

  private static List<List<String>> endAll(Deaths deaths) {
    List<List<String>> schedule = new ArrayList<>();
    while (!deaths.areOver()) {
      List<String> settings = deaths.settings();
      schedule.add(settings);
      String point = settings.getFirst();
      deaths.ended(KillPoint.valueOf(point.substring(point.indexOf('=') + 1)).exitCode());
    }
    return schedule;
  }
}
