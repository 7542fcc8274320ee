/** gRPC queries: read what the consumers wrote, never older than the reader asked for. */
@NullMarked
package org.accrual.consumers.query;

import org.jspecify.annotations.NullMarked;
