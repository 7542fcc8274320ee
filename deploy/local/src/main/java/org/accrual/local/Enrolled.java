package org.accrual.local;

import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import org.accrual.api.enrollment.v1.EnrollPatientMetadata;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollmentStage;

/**
 * An enrollment as its finished operation tells it.
 *
 * @param request that asked for it
 * @param operation the operation's name
 */
record Enrolled(EnrollPatientRequest request, String operation, EnrollPatientMetadata metadata) {

  static Enrolled of(EnrollPatientRequest request, Operation operation) {
    try {
      return new Enrolled(
          request,
          operation.getName(),
          operation.getMetadata().unpack(EnrollPatientMetadata.class));
    } catch (InvalidProtocolBufferException other) {
      throw StackFailed.failure("operation without the metadata of EnrollPatient", other);
    }
  }

  String patient() {
    return metadata.getPatientId();
  }

  String enrollmentId() {
    return metadata.getEnrollmentId();
  }

  EnrollmentStage stage() {
    return metadata.getStage();
  }

  /** Reason of a rejection; empty for a confirmation. */
  String rejection() {
    return metadata.getReason();
  }

  String consistencyToken() {
    return metadata.getConsistencyToken();
  }
}
