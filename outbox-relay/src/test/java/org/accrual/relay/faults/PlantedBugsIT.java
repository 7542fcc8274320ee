package org.accrual.relay.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checker that finds no planted bug proves nothing. */
@Tag("faults")
class PlantedBugsIT {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(PlantedBug.class)
  void isFound(PlantedBug bug) throws Exception {
    List<Edit> edits = Stream.concat(bug.edits().stream(), KillPoint.all().stream()).toList();
    Path classes = Edit.compile(edits, folder);

    Findings findings =
        new FaultRun(new FaultRun.Plan(4, 0, 0, 8), 7, folder.resolve("run"), List.of(classes))
            .run();

    assertThat(findings.clean()).as("%s: %s", bug, findings).isFalse();
  }
}
