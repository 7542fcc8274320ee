/**
 * Allocates patients to arms: from randomization.commands and events of studies to sealed answers
 * on randomization.events. Start at {@code Randomization}, which applies a batch; {@code
 * StudyDesign} and {@code Schedule} hold the rules, {@code AllocationLedger} decides and seals.
 */
@NullMarked
package org.accrual.consumers.randomization;

import org.jspecify.annotations.NullMarked;
