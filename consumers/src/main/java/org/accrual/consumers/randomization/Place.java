package org.accrual.consumers.randomization;

import java.util.UUID;

/**
 * A used place of a schedule, and whose it is.
 *
 * @param allocationId random: reveals nothing
 * @param ordinal position in the stratum's schedule, from 1
 * @param number the randomization number that a site displays
 */
record Place(UUID allocationId, Stratum.Patient patient, long ordinal, String number) {}
