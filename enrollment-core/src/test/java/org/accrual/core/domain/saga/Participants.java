package org.accrual.core.domain.saga;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.accrual.core.domain.SealedArm;
import org.accrual.core.domain.saga.ParticipantCommand.AllocateKit;
import org.accrual.core.domain.saga.ParticipantCommand.HoldKits;
import org.accrual.core.domain.saga.ParticipantCommand.Randomize;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseKits;
import org.accrual.core.domain.saga.ParticipantCommand.ReleaseSlot;
import org.accrual.core.domain.saga.ParticipantCommand.ReserveSlot;

/**
 * Models the three participants in memory, as their contract has them: each command is decided once
 * and its repetition is answered alike, a refusal included; a release bars every later command of
 * its request.
 */
final class Participants {
  /** Names a patient's request. */
  record Key(int patient, int attempt) {}

  private final int capacity;
  private int freeKits;
  private final int firstKits;
  private final Map<Key, String> slots = new HashMap<>();
  private final Map<Key, String> kits = new HashMap<>();
  private final Map<Key, Boolean> randomized = new HashMap<>();
  private boolean randomizes = true;

  /**
   * Creates participants that nobody has asked yet.
   *
   * @param kits of each of two arms
   */
  Participants(int capacity, int kits) {
    this.capacity = capacity;
    this.freeKits = kits;
    this.firstKits = kits;
  }

  /** Sets how requests that were not decided before are decided from now on. */
  void randomizes(boolean willing) {
    randomizes = willing;
  }

  long slotsTaken() {
    return slots.values().stream().filter("reserved"::equals).count();
  }

  long kitsTaken() {
    return kits.values().stream().filter(s -> s.equals("held") || s.equals("allocated")).count();
  }

  boolean kitsBalance() {
    return freeKits >= 0 && freeKits + kitsTaken() == firstKits;
  }

  boolean hasSlot(Key key) {
    return "reserved".equals(slots.get(key));
  }

  boolean hasKit(Key key) {
    return "allocated".equals(kits.get(key));
  }

  boolean holds(Key key) {
    return "held".equals(kits.get(key));
  }

  /** Returns the answer, empty if there is none. */
  Optional<ParticipantAnswer> take(int patient, ParticipantCommand command) {
    Key key = new Key(patient, command.attempt());
    return switch (command) {
      case ReserveSlot _ -> reserve(key);
      case ReleaseSlot _ -> {
        slots.put(key, "released");
        yield Optional.of(new ParticipantAnswer.SlotReleased());
      }
      case HoldKits _ -> hold(key);
      case ReleaseKits _ -> {
        String before = kits.put(key, "released");
        if ("held".equals(before) || "allocated".equals(before)) {
          freeKits++;
        }
        yield Optional.of(new ParticipantAnswer.KitsReleased());
      }
      case Randomize _ -> randomize(key);
      case AllocateKit _ -> allocate(key);
    };
  }

  private Optional<ParticipantAnswer> reserve(Key key) {
    if (!slots.containsKey(key)) {
      slots.put(key, slotsTaken() < capacity ? "reserved" : "refused");
    }
    return switch (slots.getOrDefault(key, "none")) {
      case "reserved" -> Optional.of(new ParticipantAnswer.SlotReserved());
      case "refused" -> Optional.of(new ParticipantAnswer.SlotRefused("SITE_CAPACITY_EXHAUSTED"));
      default -> Optional.empty();
    };
  }

  private Optional<ParticipantAnswer> hold(Key key) {
    if (!kits.containsKey(key)) {
      kits.put(key, freeKits > 0 ? "held" : "refused");
      freeKits -= freeKits > 0 ? 1 : 0;
    }
    return switch (kits.getOrDefault(key, "none")) {
      case "held", "allocated" -> Optional.of(new ParticipantAnswer.KitsHeld());
      case "refused" -> Optional.of(new ParticipantAnswer.KitsRefused("KITS_EXHAUSTED"));
      default -> Optional.empty();
    };
  }

  private Optional<ParticipantAnswer> randomize(Key key) {
    randomized.putIfAbsent(key, randomizes);
    return Optional.ofNullable(randomized.get(key))
        .map(
            allocated ->
                allocated
                    ? new ParticipantAnswer.Randomized(
                        "a-" + key, "R-1", new SealedArm(new byte[] {1}))
                    : new ParticipantAnswer.RandomizationRefused("STRATUM_UNKNOWN"));
  }

  private Optional<ParticipantAnswer> allocate(Key key) {
    if (holds(key)) {
      kits.put(key, "allocated");
    }
    return hasKit(key)
        ? Optional.of(new ParticipantAnswer.KitAllocated("K-" + key))
        : Optional.empty();
  }
}
