package org.accrual.core.saga;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.saga.ParticipantAnswer;
import org.accrual.event.capacity.SlotRefused;
import org.accrual.event.capacity.SlotReleased;
import org.accrual.event.capacity.SlotReserved;
import org.accrual.event.randomization.RandomizationRefused;
import org.accrual.event.randomization.Randomized;
import org.accrual.event.supply.KitAllocated;
import org.accrual.event.supply.KitsHeld;
import org.accrual.event.supply.KitsRefused;
import org.accrual.event.supply.KitsReleased;
import org.apache.avro.specific.SpecificRecord;

/** Participants' answers off their Avro records. */
final class AnswerCodec {
  private AnswerCodec() {}

  /** Empty for what is no answer to a saga. */
  static Optional<ParticipantAnswer> answer(SpecificRecord body) {
    return Optional.ofNullable(
        switch (body) {
          case SlotReserved _ -> new ParticipantAnswer.SlotReserved();
          case SlotRefused e -> new ParticipantAnswer.SlotRefused(e.getReason());
          case SlotReleased _ -> new ParticipantAnswer.SlotReleased();
          case KitsHeld _ -> new ParticipantAnswer.KitsHeld();
          case KitsRefused e -> new ParticipantAnswer.KitsRefused(e.getReason());
          case KitAllocated e -> new ParticipantAnswer.KitAllocated(e.getKitId());
          case KitsReleased _ -> new ParticipantAnswer.KitsReleased();
          case Randomized e ->
              new ParticipantAnswer.Randomized(
                  e.getAllocationId(),
                  e.getRandomizationNumber(),
                  new SealedArm(bytes(e.getSealedArm())));
          case RandomizationRefused e -> new ParticipantAnswer.RandomizationRefused(e.getReason());
          default -> null;
        });
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
