/**
 * gRPC queries of the kits of sites: reads {@code ops.kits}, which {@code supply} writes, and no
 * arm. Start at {@code KitQueries}.
 */
@NullMarked
package org.accrual.consumers.kits;

import org.jspecify.annotations.NullMarked;
