package org.accrual.core.domain.enrollment;

/**
 * How many slots a site has and how many are in use: what settles a requested enrollment.
 *
 * @param taken may exceed {@code capacity}, which may have been lowered
 */
public record SiteSlots(int capacity, int taken) {
  /** Reason of a rejection. */
  public static final String SITE_CAPACITY_EXHAUSTED = "SITE_CAPACITY_EXHAUSTED";

  /** A free slot confirms; none rejects, for now. */
  public EnrollmentCommand settle() {
    return taken < capacity
        ? new EnrollmentCommand.Confirm()
        : new EnrollmentCommand.Reject(SITE_CAPACITY_EXHAUSTED, false);
  }
}
