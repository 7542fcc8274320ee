/** The relay against its limits and its peers, on a backlog of its own. */
@NullMarked
package org.accrual.benchmarks.relay;

import org.jspecify.annotations.NullMarked;
