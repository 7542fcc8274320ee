package org.accrual.core.grpc;

import com.google.longrunning.Operation;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.accrual.api.enrollment.v1.CorrectEligibilityRequest;
import org.accrual.api.enrollment.v1.CorrectEligibilityResponse;
import org.accrual.api.enrollment.v1.EnrollPatientRequest;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.enrollment.v1.RecordConsentRequest;
import org.accrual.api.enrollment.v1.RecordConsentResponse;
import org.accrual.api.enrollment.v1.RecordEligibilityRequest;
import org.accrual.api.enrollment.v1.RecordEligibilityResponse;
import org.accrual.api.enrollment.v1.RescreenPatientRequest;
import org.accrual.api.enrollment.v1.RescreenPatientResponse;
import org.accrual.api.enrollment.v1.ReverseWithdrawalRequest;
import org.accrual.api.enrollment.v1.ReverseWithdrawalResponse;
import org.accrual.api.enrollment.v1.ScreenPatientRequest;
import org.accrual.api.enrollment.v1.ScreenPatientResponse;
import org.accrual.api.enrollment.v1.StartFollowUpRequest;
import org.accrual.api.enrollment.v1.StartFollowUpResponse;
import org.accrual.api.enrollment.v1.TakeOffStudyRequest;
import org.accrual.api.enrollment.v1.TakeOffStudyResponse;
import org.accrual.api.enrollment.v1.UnblindRequest;
import org.accrual.api.enrollment.v1.UnblindResponse;
import org.accrual.api.enrollment.v1.WithdrawPatientRequest;
import org.accrual.api.enrollment.v1.WithdrawPatientResponse;
import org.accrual.core.application.Answer;
import org.accrual.core.application.EnrollmentCommands;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Request;
import org.accrual.core.domain.enrollment.Consent;
import org.accrual.core.domain.enrollment.Eligibility;
import org.accrual.core.domain.enrollment.EnrollmentCommand;
import org.accrual.core.domain.site.SiteId;

/** EnrollmentService: commands on one patient's way into a study. */
@ApplicationScoped
class EnrollmentGrpc extends EnrollmentServiceGrpc.EnrollmentServiceImplBase {
  private final EnrollmentCommands enrollments;
  private final Disclosure disclosure;
  private final Answers answers;
  private final Requests requests;

  @Inject
  EnrollmentGrpc(
      EnrollmentCommands enrollments, Disclosure disclosure, Answers answers, Requests requests) {
    this.enrollments = enrollments;
    this.disclosure = disclosure;
    this.answers = answers;
    this.requests = requests;
  }

  @Override
  public void screenPatient(ScreenPatientRequest r, StreamObserver<ScreenPatientResponse> answer) {
    Request request =
        requests.of(
            EnrollmentServiceGrpc.getScreenPatientMethod(), r.getRequestId(), r, r.getScreenedBy());
    answers.command(
        request,
        ScreenPatientResponse.parser(),
        answer,
        () ->
            enrollments.screen(
                request,
                new SiteId(r.getStudyId(), r.getSiteId()),
                r.getPatientId(),
                r.getScreenedBy(),
                history ->
                    bytes(
                        ScreenPatientResponse.newBuilder()
                            .setEnrollment(EnrollmentMessages.enrollment(history))
                            .setConsistencyToken(EnrollmentMessages.token(history))
                            .build())));
  }

  @Override
  public void recordConsent(RecordConsentRequest r, StreamObserver<RecordConsentResponse> answer) {
    run(
        requests.of(
            EnrollmentServiceGrpc.getRecordConsentMethod(), r.getRequestId(), r, r.getRecordedBy()),
        r.getEnrollmentId(),
        new EnrollmentCommand.RecordConsent(
            EnrollmentMessages.consent(r.getConsent()), r.getRecordedBy()),
        history ->
            RecordConsentResponse.newBuilder()
                .setEnrollment(EnrollmentMessages.enrollment(history))
                .setConsistencyToken(EnrollmentMessages.token(history))
                .build(),
        RecordConsentResponse.parser(),
        answer);
  }

  @Override
  public void recordEligibility(
      RecordEligibilityRequest r, StreamObserver<RecordEligibilityResponse> answer) {
    run(
        requests.of(
            EnrollmentServiceGrpc.getRecordEligibilityMethod(),
            r.getRequestId(),
            r,
            r.getAssessedBy()),
        r.getEnrollmentId(),
        new EnrollmentCommand.RecordEligibility(
            EnrollmentMessages.eligibility(r.getEligibility()), r.getAssessedBy()),
        history ->
            RecordEligibilityResponse.newBuilder()
                .setEnrollment(EnrollmentMessages.enrollment(history))
                .setConsistencyToken(EnrollmentMessages.token(history))
                .build(),
        RecordEligibilityResponse.parser(),
        answer);
  }

  @Override
  public void enrollPatient(EnrollPatientRequest r, StreamObserver<Operation> answer) {
    Request request =
        requests.of(
            EnrollmentServiceGrpc.getEnrollPatientMethod(), r.getRequestId(), r, r.getEnrolledBy());
    Optional<Consent> consent =
        r.hasConsent() ? Optional.of(EnrollmentMessages.consent(r.getConsent())) : Optional.empty();
    Optional<Eligibility> eligibility =
        r.hasEligibility()
            ? Optional.of(EnrollmentMessages.eligibility(r.getEligibility()))
            : Optional.empty();
    SiteId site = new SiteId(r.getStudyId(), r.getSiteId());
    if (r.getValidateOnly()) {
      answers.check(
          request,
          Operation.parser(),
          answer,
          () ->
              enrollments.checkEnroll(
                  request,
                  site,
                  r.getPatientId(),
                  r.getEnrolledBy(),
                  consent,
                  eligibility,
                  operation -> bytes(OperationMessages.checked(operation))));
      return;
    }
    answers.command(
        request,
        Operation.parser(),
        answer,
        () ->
            enrollments.enroll(
                request,
                site,
                r.getPatientId(),
                r.getEnrolledBy(),
                consent,
                eligibility,
                operation -> bytes(OperationMessages.accepted(operation))));
  }

  @Override
  public void withdrawPatient(
      WithdrawPatientRequest r, StreamObserver<WithdrawPatientResponse> answer) {
    run(
        requests.of(
            EnrollmentServiceGrpc.getWithdrawPatientMethod(),
            r.getRequestId(),
            r,
            r.getWithdrawnBy()),
        r.getEnrollmentId(),
        new EnrollmentCommand.Withdraw(r.getReason(), r.getWithdrawnBy()),
        history ->
            WithdrawPatientResponse.newBuilder()
                .setEnrollment(EnrollmentMessages.enrollment(history))
                .setConsistencyToken(EnrollmentMessages.token(history))
                .build(),
        WithdrawPatientResponse.parser(),
        answer);
  }

  @Override
  public void rescreenPatient(
      RescreenPatientRequest r, StreamObserver<RescreenPatientResponse> answer) {
    Request request =
        requests.of(
            EnrollmentServiceGrpc.getRescreenPatientMethod(),
            r.getRequestId(),
            r,
            r.getScreenedBy());
    answers.command(
        request,
        RescreenPatientResponse.parser(),
        answer,
        () ->
            enrollments.rescreen(
                request,
                UUID.fromString(r.getPreviousEnrollmentId()),
                r.getScreenedBy(),
                history ->
                    bytes(
                        RescreenPatientResponse.newBuilder()
                            .setEnrollment(EnrollmentMessages.enrollment(history))
                            .setConsistencyToken(EnrollmentMessages.token(history))
                            .build())));
  }

  @Override
  public void startFollowUp(StartFollowUpRequest r, StreamObserver<StartFollowUpResponse> answer) {
    run(
        requests.of(
            EnrollmentServiceGrpc.getStartFollowUpMethod(), r.getRequestId(), r, r.getRecordedBy()),
        r.getEnrollmentId(),
        new EnrollmentCommand.StartFollowUp(r.getRecordedBy()),
        history ->
            StartFollowUpResponse.newBuilder()
                .setEnrollment(EnrollmentMessages.enrollment(history))
                .setConsistencyToken(EnrollmentMessages.token(history))
                .build(),
        StartFollowUpResponse.parser(),
        answer);
  }

  @Override
  public void takeOffStudy(TakeOffStudyRequest r, StreamObserver<TakeOffStudyResponse> answer) {
    run(
        requests.of(
            EnrollmentServiceGrpc.getTakeOffStudyMethod(), r.getRequestId(), r, r.getRecordedBy()),
        r.getEnrollmentId(),
        new EnrollmentCommand.TakeOffStudy(
            EnrollmentMessages.cause(r.getCause()), r.getReason(), r.getRecordedBy()),
        history ->
            TakeOffStudyResponse.newBuilder()
                .setEnrollment(EnrollmentMessages.enrollment(history))
                .setConsistencyToken(EnrollmentMessages.token(history))
                .build(),
        TakeOffStudyResponse.parser(),
        answer);
  }

  @Override
  public void correctEligibility(
      CorrectEligibilityRequest r, StreamObserver<CorrectEligibilityResponse> answer) {
    run(
        requests.of(
            EnrollmentServiceGrpc.getCorrectEligibilityMethod(),
            r.getRequestId(),
            r,
            r.getCorrectedBy()),
        r.getEnrollmentId(),
        new EnrollmentCommand.CorrectEligibility(
            EnrollmentMessages.eligibility(r.getEligibility()), r.getReason(), r.getCorrectedBy()),
        history ->
            CorrectEligibilityResponse.newBuilder()
                .setEnrollment(EnrollmentMessages.enrollment(history))
                .setConsistencyToken(EnrollmentMessages.token(history))
                .build(),
        CorrectEligibilityResponse.parser(),
        answer);
  }

  @Override
  public void reverseWithdrawal(
      ReverseWithdrawalRequest r, StreamObserver<ReverseWithdrawalResponse> answer) {
    run(
        requests.of(
            EnrollmentServiceGrpc.getReverseWithdrawalMethod(),
            r.getRequestId(),
            r,
            r.getReversedBy()),
        r.getEnrollmentId(),
        new EnrollmentCommand.ReverseWithdrawal(r.getReason(), r.getReversedBy()),
        history ->
            ReverseWithdrawalResponse.newBuilder()
                .setEnrollment(EnrollmentMessages.enrollment(history))
                .setConsistencyToken(EnrollmentMessages.token(history))
                .build(),
        ReverseWithdrawalResponse.parser(),
        answer);
  }

  @Override
  public void unblind(UnblindRequest r, StreamObserver<UnblindResponse> answer) {
    disclosure.unblind(
        requests.of(
            EnrollmentServiceGrpc.getUnblindMethod(), r.getRequestId(), r, r.getUnblindedBy()),
        r,
        answer);
  }

  private <A extends Message> void run(
      Request request,
      String enrollmentId,
      EnrollmentCommand command,
      Function<EnrollmentHistory, A> response,
      Parser<A> parser,
      StreamObserver<A> answer) {
    answers.command(
        request,
        parser,
        answer,
        () ->
            enrollments.run(
                request,
                UUID.fromString(enrollmentId),
                command,
                history -> bytes(response.apply(history))));
  }

  private static Answer bytes(Message message) {
    return new Answer(message.toByteArray());
  }
}
