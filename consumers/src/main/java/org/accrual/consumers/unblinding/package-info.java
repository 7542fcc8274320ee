/**
 * Unblinds a patient in an emergency with the database alone: records the disclosure, then opens
 * the arm. Start at {@code EmergencyUnblinding}.
 */
@NullMarked
package org.accrual.consumers.unblinding;

import org.jspecify.annotations.NullMarked;
