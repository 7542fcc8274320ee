package org.accrual.consumers.query;

import org.accrual.api.enrollment.v1.OffStudyCause;

/** Causes as events have them: {@code WITHDRAWAL} for {@code OFF_STUDY_CAUSE_WITHDRAWAL}. */
final class OffStudyCauses {
  private OffStudyCauses() {}

  /** A cause that a newer build wrote, and this one does not know, is OTHER. */
  static OffStudyCause ofEvent(String cause) {
    for (OffStudyCause known : OffStudyCause.values()) {
      if (known.name().equals("OFF_STUDY_CAUSE_" + cause)) {
        return known;
      }
    }
    return OffStudyCause.OFF_STUDY_CAUSE_OTHER;
  }
}
