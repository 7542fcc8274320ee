/**
 * The relay's entry point: the process, and the commands check and recover. Start at {@link
 * org.accrual.relay.Main}.
 */
@NullMarked
package org.accrual.relay;

import org.jspecify.annotations.NullMarked;
