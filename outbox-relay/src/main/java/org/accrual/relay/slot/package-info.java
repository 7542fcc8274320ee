/**
 * Beside the flow: looks at the replication slot and judges whether relaying from it can lose
 * nothing.
 */
@NullMarked
package org.accrual.relay.slot;

import org.jspecify.annotations.NullMarked;
