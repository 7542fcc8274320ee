package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The edits of the long fault runs still apply to the relay's sources, each once, and compile: a
 * run with an edit that no longer does what it says would prove nothing.
 */
class EditsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void aPlantedBugAppliesTogetherWithTheKillPoints(PlantedBug bug) throws Exception {
    assertThat(Edit.compile(bug.editsAndKillPoints(), folder)).isNotEmptyDirectory();
  }

  @Test
  void theKillPointsApplyAlone() throws Exception {
    assertThat(Edit.compile(KillPoint.all(), folder)).isNotEmptyDirectory();
  }

  @Test
  void aPlaceThatIsNotThereOrThereTwiceIsRefused() {
    assertRefused(new Edit("stream/outbox/Position.java", "no such line", ""));
    assertRefused(new Edit("stream/outbox/Position.java", "return", ""));
  }

  private void assertRefused(Edit edit) {
    assertThatThrownBy(() -> Edit.compile(List.of(edit), folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not once");
  }
}
