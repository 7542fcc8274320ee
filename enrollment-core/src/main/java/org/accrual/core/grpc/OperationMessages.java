package org.accrual.core.grpc;

import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.Status;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.accrual.api.enrollment.v1.EnrollPatientMetadata;
import org.accrual.api.enrollment.v1.EnrollPatientResponse;
import org.accrual.api.enrollment.v1.EnrollmentStage;
import org.accrual.api.enrollment.v1.StageTime;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Operation.Stage;
import org.accrual.core.domain.enrollment.Subject;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.Reasons;

/** Operations as google.longrunning has them. */
final class OperationMessages {
  private static final String PREFIX = "operations/";
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private OperationMessages() {}

  /** The id in {@code operations/{id}}; empty if it is no such name. */
  static Optional<UUID> id(String name) {
    String id = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
    return ID.matcher(id).matches() ? Optional.of(UUID.fromString(id)) : Optional.empty();
  }

  /** Returns an operation that has just been accepted. */
  static Operation accepted(org.accrual.core.application.Operation operation) {
    return operation(
        operation,
        () -> {
          throw new IllegalStateException("confirmed when it was accepted: " + operation);
        });
  }

  /** Returns the answer of a check: no name and no ids, since nothing was recorded. */
  static Operation checked(org.accrual.core.application.Operation operation) {
    Subject subject = operation.subject();
    return Operation.newBuilder()
        .setMetadata(
            Any.pack(
                EnrollPatientMetadata.newBuilder()
                    .setStudyId(subject.studyId())
                    .setSiteId(subject.siteId())
                    .setPatientId(subject.patientId())
                    .setStage(stage(operation.stage()))
                    .setCorrelationId(operation.correlationId())
                    .build()))
        .build();
  }

  /**
   * Returns the operation with its result, if it is done.
   *
   * @param confirmed the enrollment as it was confirmed; asked only then
   */
  static Operation operation(
      org.accrual.core.application.Operation operation, Supplier<EnrollmentHistory> confirmed) {
    Operation.Builder message =
        Operation.newBuilder()
            .setName(PREFIX + operation.operationId())
            .setDone(operation.done())
            .setMetadata(Any.pack(metadata(operation)));
    switch (operation.stage()) {
      case CONFIRMED -> message.setResponse(Any.pack(response(confirmed.get())));
      case REJECTED -> message.setError(error(operation));
      case ACCEPTED, SLOT_RESERVED, RANDOMIZED, KIT_ALLOCATED, COMPENSATING -> {}
    }
    return message.build();
  }

  private static EnrollPatientMetadata metadata(org.accrual.core.application.Operation operation) {
    Subject subject = operation.subject();
    EnrollPatientMetadata.Builder metadata =
        EnrollPatientMetadata.newBuilder()
            .setEnrollmentId(subject.enrollmentId().toString())
            .setStudyId(subject.studyId())
            .setSiteId(subject.siteId())
            .setPatientId(subject.patientId())
            .setStage(stage(operation.stage()))
            .setReason(operation.reason().orElse(""))
            .setConsistencyToken(EnrollmentMessages.token(subject, operation.version()))
            .setCorrelationId(operation.correlationId());
    operation
        .delayedSince()
        .ifPresent(since -> metadata.setDelayed(true).setDelayedSince(Timestamps.of(since)));
    operation
        .stages()
        .forEach(
            passed ->
                metadata.addStages(
                    StageTime.newBuilder()
                        .setStage(stage(passed.stage()))
                        .setTime(Timestamps.of(passed.time()))));
    return metadata.build();
  }

  private static EnrollPatientResponse response(EnrollmentHistory confirmed) {
    return EnrollPatientResponse.newBuilder()
        .setEnrollment(EnrollmentMessages.enrollment(confirmed))
        .setConsistencyToken(EnrollmentMessages.token(confirmed))
        .build();
  }

  private static Status error(org.accrual.core.application.Operation operation) {
    Subject subject = operation.subject();
    String reason = operation.reason().orElseThrow();
    return Errors.status(
        Reasons.code(reason).orElse(Code.FAILED_PRECONDITION), // of a newer participant
        reason,
        "the enrollment was rejected: " + reason,
        Map.of(
            "enrollment_id", subject.enrollmentId().toString(),
            "study_id", subject.studyId(),
            "site_id", subject.siteId(),
            "patient_id", subject.patientId()));
  }

  private static EnrollmentStage stage(Stage stage) {
    return switch (stage) {
      case ACCEPTED -> EnrollmentStage.ENROLLMENT_STAGE_ACCEPTED;
      case SLOT_RESERVED -> EnrollmentStage.ENROLLMENT_STAGE_SLOT_RESERVED;
      case RANDOMIZED -> EnrollmentStage.ENROLLMENT_STAGE_RANDOMIZED;
      case KIT_ALLOCATED -> EnrollmentStage.ENROLLMENT_STAGE_KIT_ALLOCATED;
      case CONFIRMED -> EnrollmentStage.ENROLLMENT_STAGE_CONFIRMED;
      case REJECTED -> EnrollmentStage.ENROLLMENT_STAGE_REJECTED;
      case COMPENSATING -> EnrollmentStage.ENROLLMENT_STAGE_COMPENSATING;
    };
  }
}
