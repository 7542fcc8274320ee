package org.accrual.core.domain.saga;

import java.util.Map;
import org.accrual.core.domain.SealedArm;

/** What the participants are asked, each for one attempt of one enrollment. */
public sealed interface ParticipantCommand {
  int attempt();

  record ReserveSlot(int attempt, Map<String, String> strata, long studyVersion, long siteVersion)
      implements ParticipantCommand {
    public ReserveSlot {
      strata = Map.copyOf(strata);
    }
  }

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

  /**
   * Gives a slot back.
   *
   * @param confirmed whether the enrollment was: the patient still counts for the study's limits
   */
  record ReleaseSlot(int attempt, boolean confirmed) implements ParticipantCommand {}
}
