/**
 * DeadLetterService: shows what the consumers' intakes have parked, of every process, and lets
 * people settle it. Reads and writes the schema {@code deadletter} only; the processes that run the
 * consumers carry redrives out.
 */
@NullMarked
package org.accrual.consumers.deadletter;

import org.jspecify.annotations.NullMarked;
