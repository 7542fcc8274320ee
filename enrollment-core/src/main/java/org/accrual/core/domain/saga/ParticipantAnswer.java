package org.accrual.core.domain.saga;

import org.accrual.core.domain.SealedArm;

/** What the participants say. Each may come late, more than once, or never. */
public sealed interface ParticipantAnswer {
  record SlotReserved() implements ParticipantAnswer {}

  record SlotRefused(String reason) implements ParticipantAnswer {}

  record SlotReleased() implements ParticipantAnswer {}

  record KitsHeld() implements ParticipantAnswer {}

  record KitsRefused(String reason) implements ParticipantAnswer {}

  record KitAllocated(String kitId) implements ParticipantAnswer {}

  record KitsReleased() implements ParticipantAnswer {}

  record Randomized(String allocationId, String randomizationNumber, SealedArm sealedArm)
      implements ParticipantAnswer {}

  record RandomizationRefused(String reason) implements ParticipantAnswer {}
}
