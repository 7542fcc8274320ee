package org.accrual.core.application;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.enrollment.Subject;

/**
 * What a client polls while an enrollment is under way.
 *
 * @param stages passed so far with their times, first to last; at least one
 * @param reason why it was rejected, UPPER_SNAKE
 * @param version of the enrollment's stream that the operation knows
 * @param delayedSince since when no stage has been reached that should have been
 */
public record Operation(
    UUID operationId,
    Subject subject,
    List<StageTime> stages,
    Optional<String> reason,
    long version,
    String correlationId,
    Optional<Instant> delayedSince) {
  public Operation {
    stages = List.copyOf(stages);
  }

  public Stage stage() {
    return stages.getLast().stage();
  }

  public boolean done() {
    return stage().done;
  }

  /** When a stage was reached. */
  public record StageTime(Stage stage, Instant time) {}

  /** The stages of an enrollment, by the codes under which they are stored. */
  public enum Stage {
    ACCEPTED("accepted", false),
    SLOT_RESERVED("slot-reserved", false),
    RANDOMIZED("randomized", false),
    KIT_ALLOCATED("kit-allocated", false),
    CONFIRMED("confirmed", true),
    REJECTED("rejected", true),
    COMPENSATING("compensating", false);

    private final String code;
    private final boolean done;

    Stage(String code, boolean done) {
      this.code = code;
      this.done = done;
    }

    public String code() {
      return code;
    }

    /** The stage of a code; empty if there is none. */
    public static Optional<Stage> ofCode(String code) {
      return Arrays.stream(values()).filter(stage -> stage.code.equals(code)).findFirst();
    }
  }
}
