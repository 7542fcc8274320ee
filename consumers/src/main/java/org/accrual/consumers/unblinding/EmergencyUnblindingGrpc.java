package org.accrual.consumers.unblinding;

import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.accrual.api.enrollment.v1.EmergencyUnblindRequest;
import org.accrual.api.enrollment.v1.EmergencyUnblindResponse;
import org.accrual.api.enrollment.v1.EmergencyUnblindingServiceGrpc;
import org.accrual.consumers.ConsumersSettings;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.contract.ConsistencyToken;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.grpc.Errors;

/** EmergencyUnblindingService: unblinds with this process and the database alone. */
@ApplicationScoped
class EmergencyUnblindingGrpc
    implements EmergencyUnblindingServiceGrpc.AsyncService, BindableService {
  private static final Logger LOG = Logger.getLogger(EmergencyUnblindingGrpc.class.getName());
  private static final Correlation NONE = new Correlation("", "", "");

  // Empty where neither randomization nor supply is enabled: there is no key then.
  private final Optional<EmergencyUnblinding> unblinding;

  @Inject
  EmergencyUnblindingGrpc(ConsumersSettings settings, @EffectsPool DataSource database) {
    this.unblinding =
        settings.blind().map(blind -> new EmergencyUnblinding(database, blind.unseal()));
  }

  @Override
  public ServerServiceDefinition bindService() {
    return EmergencyUnblindingServiceGrpc.bindService(this);
  }

  @Override
  public void emergencyUnblind(
      EmergencyUnblindRequest request, StreamObserver<EmergencyUnblindResponse> responseObserver) {
    String id = request.getEnrollmentId();
    EmergencyUnblinding.Outcome outcome;
    try {
      outcome =
          unblinding
              .orElseThrow(
                  () ->
                      refused(
                          Code.FAILED_PRECONDITION,
                          "UNBLINDING_NOT_ENABLED",
                          "this process does not hold the blinding key: call the one that runs randomization",
                          id))
              .disclose(
                  UUID.fromString(id),
                  request.getReason(),
                  request.getUnblindedBy(),
                  Correlation.current().orElse(NONE));
    } catch (SQLException e) {
      throw DatabaseErrors.of(e);
    }
    responseObserver.onNext(
        switch (outcome) {
          case EmergencyUnblinding.Outcome.NotFound _ ->
              throw refused(
                  Code.NOT_FOUND, "ENROLLMENT_NOT_FOUND", "there is no enrollment " + id, id);
          case EmergencyUnblinding.Outcome.NotRandomized _ ->
              throw refused(
                  Code.FAILED_PRECONDITION,
                  "PATIENT_NOT_RANDOMIZED",
                  "enrollment %s is not registered and has received no kit".formatted(id),
                  id);
          case EmergencyUnblinding.Outcome.Disclosed disclosed -> response(id, disclosed);
        });
    responseObserver.onCompleted();
  }

  private static EmergencyUnblindResponse response(
      String id, EmergencyUnblinding.Outcome.Disclosed disclosed) {
    LOG.log(
        Level.WARNING,
        "emergency unblinding: disclosed the arm of enrollment {0}, recorded as event {1}; notify the sponsor",
        new Object[] {id, disclosed.eventId()});
    return EmergencyUnblindResponse.newBuilder()
        .setArmId(disclosed.arm())
        .setStudyId(disclosed.studyId())
        .setSiteId(disclosed.siteId())
        .setPatientId(disclosed.patientId())
        .setRandomizationNumber(disclosed.number())
        .setEventId(disclosed.eventId().toString())
        .setConsistencyToken(new ConsistencyToken("enrollment", id, disclosed.version()).encoded())
        .build();
  }

  private static RuntimeException refused(Code code, String reason, String message, String id) {
    return Errors.of(code, reason, message, Map.of("enrollment_id", id));
  }
}
