package org.accrual.relay.faults;

/** The observation by which a fault of the relay is found. */
enum Symptom {
  /** The relay passed everything, and records are missing on the topic. */
  LOST {
    @Override
    boolean isIn(FaultRun.Outcome outcome) {
      return outcome.drained() && !outcome.findings().lost().isEmpty();
    }
  },

  /** The relay passed everything, and records are on the topic more than once. */
  DUPLICATED {
    @Override
    boolean isIn(FaultRun.Outcome outcome) {
      return outcome.drained() && !outcome.findings().duplicated().isEmpty();
    }
  },

  /** The relay itself sees that the slot is ahead of the checkpoint, and refuses to run. */
  REFUSED {
    @Override
    boolean isIn(FaultRun.Outcome outcome) {
      return !outcome.drained() && outcome.refusal().contains("SLOT_AHEAD_OF_CHECKPOINT");
    }
  };

  abstract boolean isIn(FaultRun.Outcome outcome);
}
