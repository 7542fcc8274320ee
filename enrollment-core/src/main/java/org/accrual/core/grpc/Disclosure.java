package org.accrual.core.grpc;

import com.fasterxml.uuid.Generators;
import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.api.enrollment.v1.UnblindRequest;
import org.accrual.api.enrollment.v1.UnblindResponse;
import org.accrual.core.application.Answer;
import org.accrual.core.application.OpenQuestions;
import org.accrual.core.application.Request;
import org.accrual.core.application.Unblinding;
import org.accrual.core.domain.enrollment.EnrollmentCommand;
import org.accrual.runtime.blinding.BlindingKeys;
import org.accrual.runtime.grpc.Errors;

/**
 * Discloses an arm to the caller: randomization seals it to a key that is made for the call and
 * that nobody else ever has.
 */
@ApplicationScoped
class Disclosure {
  private static final Logger LOG = Logger.getLogger(Disclosure.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final Unblinding unblinding;
  private final OpenQuestions questions;
  private final Answers answers;
  private final WaitLimits limits;

  @Inject
  Disclosure(Unblinding unblinding, OpenQuestions questions, Answers answers, WaitLimits limits) {
    this.unblinding = unblinding;
    this.questions = questions;
    this.answers = answers;
    this.limits = limits;
  }

  void unblind(Request request, UnblindRequest r, StreamObserver<UnblindResponse> answer) {
    UUID ref = Generators.timeBasedEpochGenerator().generate();
    BlindingKeys key = BlindingKeys.make();
    answers.command(
        request,
        UnblindResponse.parser(),
        answer,
        () ->
            unblinding.run(
                request,
                UUID.fromString(r.getEnrollmentId()),
                new EnrollmentCommand.Unblind(r.getReason(), r.getUnblindedBy()),
                ref,
                key.publicKey(),
                history ->
                    new Answer(
                        UnblindResponse.newBuilder()
                            .setEnrollment(EnrollmentMessages.enrollment(history))
                            .setConsistencyToken(EnrollmentMessages.token(history))
                            .build()
                            .toByteArray())),
        recorded -> recorded.toBuilder().setArmId(arm(ref, key, r.getEnrollmentId())).build());
  }

  private String arm(UUID ref, BlindingKeys key, String enrollmentId) {
    try {
      Optional<byte[]> sealed = questions.await(ref, limits.unblinding());
      return key.unseal().open(sealed.orElseThrow(() -> pending(enrollmentId)), "reveal:" + ref);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw pending(enrollmentId);
    } finally {
      drop(ref);
    }
  }

  /** A question that stays is deleted by the retention; the opened arm must not be lost over it. */
  private void drop(UUID ref) {
    try {
      questions.drop(ref);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "the answered question " + ref + " was not deleted", e);
    }
  }

  private static StatusRuntimeException pending(String enrollmentId) {
    return Errors.retryable(
        Code.UNAVAILABLE,
        "UNBLINDING_PENDING",
        "the request is recorded, randomization has not answered yet; send the same request again, or in an"
            + " emergency call EmergencyUnblindingService",
        Map.of("enrollment_id", enrollmentId),
        RETRY);
  }
}
