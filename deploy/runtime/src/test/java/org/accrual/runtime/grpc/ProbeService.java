package org.accrual.runtime.grpc;

import jakarta.enterprise.context.ApplicationScoped;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceImplBase;

/** A service of the process in {@link LivenessTest}; without one it would serve no gRPC. */
@ApplicationScoped
class ProbeService extends EnrollmentQueryServiceImplBase {}
