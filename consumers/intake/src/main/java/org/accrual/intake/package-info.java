/**
 * Between the topics and a consumer's tables: polls, decodes, lets each event through once and in
 * order, applies a batch in one transaction and only then commits offsets; what cannot be applied
 * is parked in the dead letters with what follows it, and tried again when a redrive says so. Plain
 * classes; the process that uses them makes the beans.
 */
@NullMarked
package org.accrual.intake;

import org.jspecify.annotations.NullMarked;
