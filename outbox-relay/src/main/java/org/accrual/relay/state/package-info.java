/**
 * The state of a running relay and the reasons for which it refuses to continue. Start at {@link
 * org.accrual.relay.state.RelayState}.
 */
@NullMarked
package org.accrual.relay.state;

import org.jspecify.annotations.NullMarked;
