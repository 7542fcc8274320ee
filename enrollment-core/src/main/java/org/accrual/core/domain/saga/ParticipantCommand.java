package org.accrual.core.domain.saga;

import java.util.Map;
import org.accrual.core.domain.SealedArm;

/** What the participants are asked, each for one attempt of one enrollment. */
public sealed interface ParticipantCommand {
  int attempt();

  record ReserveSlot(int attempt, long siteVersion) implements ParticipantCommand {}

  record HoldKits(int attempt, long studyVersion, long siteVersion) implements ParticipantCommand {}

  record Randomize(int attempt, Map<String, String> strata, long studyVersion)
      implements ParticipantCommand {
    public Randomize {
      strata = Map.copyOf(strata);
    }
  }

  record AllocateKit(int attempt, String allocationId, SealedArm sealedArm)
      implements ParticipantCommand {}

  record ReleaseKits(int attempt) implements ParticipantCommand {}

  record ReleaseSlot(int attempt) implements ParticipantCommand {}
}
