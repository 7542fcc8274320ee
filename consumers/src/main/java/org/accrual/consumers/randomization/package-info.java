/**
 * The saga's participant that allocates: from randomization.commands and what is heard of studies
 * to sealed answers on randomization.events. {@code StudyDesign} and {@code Block} are the rules,
 * {@code AllocationLedger} keeps a batch and seals, the tables are its edge.
 */
@NullMarked
package org.accrual.consumers.randomization;

import org.jspecify.annotations.NullMarked;
