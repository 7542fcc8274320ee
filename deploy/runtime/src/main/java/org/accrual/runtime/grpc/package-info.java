/**
 * The gRPC server inside a Helidon MP process: grpc-java's Netty transport on a port of its own,
 * started before HTTP and drained before it stops. Why not Helidon's own gRPC transport:
 * enrollment-core/DECISIONS.md.
 */
@NullMarked
package org.accrual.runtime.grpc;

import org.jspecify.annotations.NullMarked;
