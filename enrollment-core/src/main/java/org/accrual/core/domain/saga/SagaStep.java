package org.accrual.core.domain.saga;

import java.util.Arrays;

/**
 * What a run waits for, by the codes under which it is stored. A run never comes back to a step
 * that it has left.
 */
public enum SagaStep {
  /** Capacity: a slot at the site. */
  RESERVE_SLOT("reserve-slot", Course.FORWARD),
  /** Supply: one kit of every arm set aside. */
  HOLD_KITS("hold-kits", Course.FORWARD),
  /** Randomization: an allocation. */
  RANDOMIZE("randomize", Course.FORWARD),
  /** Supply: a kit of the arm. */
  ALLOCATE_KIT("allocate-kit", Course.FORWARD),
  /** Supply: that nothing is held any more. The slot goes back afterwards. */
  RELEASE_KITS("release-kits", Course.COMPENSATION),
  /** Capacity: that no slot is reserved any more. */
  RELEASE_SLOT("release-slot", Course.COMPENSATION),
  /** Capacity: that the slot of a patient who has left the study is free. */
  RETURN_SLOT("return-slot", Course.RETURN);

  private final String code;
  private final Course course;

  SagaStep(String code, Course course) {
    this.code = code;
    this.course = course;
  }

  public String code() {
    return code;
  }

  public Course course() {
    return course;
  }

  /** The step of a code that was stored. */
  public static SagaStep ofCode(String code) {
    return Arrays.stream(values())
        .filter(step -> step.code.equals(code))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no step of a saga: " + code));
  }

  /** Where a run is going. */
  public enum Course {
    /** To a confirmation; each step is repeated until it is answered. */
    FORWARD,
    /** To a rejection; each step is repeated until it is acknowledged. */
    COMPENSATION,
    /** Of a confirmed enrollment that has ended: nothing to decide; repeated until acknowledged. */
    RETURN
  }
}
