/**
 * Decides whether a relay may stream: acquires the slot, fences the predecessor, reads the
 * checkpoint and compares both with the database. Start at {@link
 * org.accrual.relay.takeover.Handover}.
 */
@NullMarked
package org.accrual.relay.takeover;

import org.jspecify.annotations.NullMarked;
