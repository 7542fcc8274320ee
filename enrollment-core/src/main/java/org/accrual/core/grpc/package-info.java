/**
 * The way in: gRPC calls become commands, outcomes become answers or errors. Nothing is decided
 * here.
 */
@NullMarked
package org.accrual.core.grpc;

import org.jspecify.annotations.NullMarked;
