package org.accrual.core.grpc;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.rpc.Code;
import io.grpc.MethodDescriptor;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateSiteResponse;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.ActivateStudyResponse;
import org.accrual.api.study.v1.ChangeSiteCapacityRequest;
import org.accrual.api.study.v1.ChangeSiteCapacityResponse;
import org.accrual.api.study.v1.CloseStudyToAccrualRequest;
import org.accrual.api.study.v1.CloseStudyToAccrualResponse;
import org.accrual.api.study.v1.CompleteStudyRequest;
import org.accrual.api.study.v1.CompleteStudyResponse;
import org.accrual.api.study.v1.DeactivateSiteRequest;
import org.accrual.api.study.v1.DeactivateSiteResponse;
import org.accrual.api.study.v1.DestroyKitsRequest;
import org.accrual.api.study.v1.DestroyKitsResponse;
import org.accrual.api.study.v1.GetStudyRequest;
import org.accrual.api.study.v1.GetStudyResponse;
import org.accrual.api.study.v1.ListStudiesRequest;
import org.accrual.api.study.v1.ListStudiesResponse;
import org.accrual.api.study.v1.QuarantineKitsRequest;
import org.accrual.api.study.v1.QuarantineKitsResponse;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.ReceiveKitsResponse;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.RegisterStudyResponse;
import org.accrual.api.study.v1.ResumeAccrualRequest;
import org.accrual.api.study.v1.ResumeAccrualResponse;
import org.accrual.api.study.v1.ReturnKitRequest;
import org.accrual.api.study.v1.ReturnKitResponse;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.api.study.v1.SuspendAccrualRequest;
import org.accrual.api.study.v1.SuspendAccrualResponse;
import org.accrual.core.application.Answer;
import org.accrual.core.application.Catalog;
import org.accrual.core.application.Request;
import org.accrual.core.application.SiteCommands;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyCommands;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.site.SiteCommand;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.StudyCommand;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.PageRequest;

/** StudyService: commands on studies and sites, and reads of them. */
@ApplicationScoped
class StudyGrpc extends StudyServiceGrpc.StudyServiceImplBase {
  private final StudyCommands studies;
  private final SiteCommands sites;
  private final Catalog catalog;
  private final Answers answers;
  private final Requests requests;
  private final Seal seal;

  @Inject
  StudyGrpc(
      StudyCommands studies,
      SiteCommands sites,
      Catalog catalog,
      Answers answers,
      Requests requests,
      Seal seal) {
    this.studies = studies;
    this.sites = sites;
    this.catalog = catalog;
    this.answers = answers;
    this.requests = requests;
    this.seal = seal;
  }

  @Override
  public void registerStudy(RegisterStudyRequest r, StreamObserver<RegisterStudyResponse> answer) {
    runStudy(
        request(StudyServiceGrpc.getRegisterStudyMethod(), r.getRequestId(), r),
        new StudyCommand.Register(
            StudyMessages.design(r), StudyMessages.randomization(r), StudyMessages.limits(r)),
        study ->
            RegisterStudyResponse.newBuilder()
                .setStudy(StudyMessages.study(study))
                .setConsistencyToken(StudyMessages.token(study))
                .build(),
        RegisterStudyResponse.parser(),
        answer);
  }

  @Override
  public void activateStudy(ActivateStudyRequest r, StreamObserver<ActivateStudyResponse> answer) {
    runStudy(
        request(StudyServiceGrpc.getActivateStudyMethod(), r.getRequestId(), r),
        new StudyCommand.Activate(r.getStudyId()),
        study ->
            ActivateStudyResponse.newBuilder()
                .setStudy(StudyMessages.study(study))
                .setConsistencyToken(StudyMessages.token(study))
                .build(),
        ActivateStudyResponse.parser(),
        answer);
  }

  @Override
  public void suspendAccrual(
      SuspendAccrualRequest r, StreamObserver<SuspendAccrualResponse> answer) {
    runStudy(
        request(StudyServiceGrpc.getSuspendAccrualMethod(), r.getRequestId(), r),
        new StudyCommand.SuspendAccrual(r.getStudyId(), r.getReason()),
        study ->
            SuspendAccrualResponse.newBuilder()
                .setStudy(StudyMessages.study(study))
                .setConsistencyToken(StudyMessages.token(study))
                .build(),
        SuspendAccrualResponse.parser(),
        answer);
  }

  @Override
  public void resumeAccrual(ResumeAccrualRequest r, StreamObserver<ResumeAccrualResponse> answer) {
    runStudy(
        request(StudyServiceGrpc.getResumeAccrualMethod(), r.getRequestId(), r),
        new StudyCommand.ResumeAccrual(r.getStudyId()),
        study ->
            ResumeAccrualResponse.newBuilder()
                .setStudy(StudyMessages.study(study))
                .setConsistencyToken(StudyMessages.token(study))
                .build(),
        ResumeAccrualResponse.parser(),
        answer);
  }

  @Override
  public void closeStudyToAccrual(
      CloseStudyToAccrualRequest r, StreamObserver<CloseStudyToAccrualResponse> answer) {
    runStudy(
        request(StudyServiceGrpc.getCloseStudyToAccrualMethod(), r.getRequestId(), r),
        new StudyCommand.CloseToAccrual(r.getStudyId(), r.getReason()),
        study ->
            CloseStudyToAccrualResponse.newBuilder()
                .setStudy(StudyMessages.study(study))
                .setConsistencyToken(StudyMessages.token(study))
                .build(),
        CloseStudyToAccrualResponse.parser(),
        answer);
  }

  @Override
  public void completeStudy(CompleteStudyRequest r, StreamObserver<CompleteStudyResponse> answer) {
    runStudy(
        request(StudyServiceGrpc.getCompleteStudyMethod(), r.getRequestId(), r),
        new StudyCommand.Complete(r.getStudyId()),
        study ->
            CompleteStudyResponse.newBuilder()
                .setStudy(StudyMessages.study(study))
                .setConsistencyToken(StudyMessages.token(study))
                .build(),
        CompleteStudyResponse.parser(),
        answer);
  }

  @Override
  public void activateSite(ActivateSiteRequest r, StreamObserver<ActivateSiteResponse> answer) {
    runSite(
        request(StudyServiceGrpc.getActivateSiteMethod(), r.getRequestId(), r),
        new SiteCommand.Activate(
            new SiteId(r.getStudyId(), r.getSiteId()),
            r.getCapacity(),
            StudyMessages.timeZone(r.getTimeZone())),
        site ->
            ActivateSiteResponse.newBuilder()
                .setSite(StudyMessages.site(site))
                .setConsistencyToken(StudyMessages.token(site))
                .build(),
        ActivateSiteResponse.parser(),
        answer);
  }

  @Override
  public void changeSiteCapacity(
      ChangeSiteCapacityRequest r, StreamObserver<ChangeSiteCapacityResponse> answer) {
    runSite(
        request(StudyServiceGrpc.getChangeSiteCapacityMethod(), r.getRequestId(), r),
        new SiteCommand.ChangeCapacity(new SiteId(r.getStudyId(), r.getSiteId()), r.getCapacity()),
        site ->
            ChangeSiteCapacityResponse.newBuilder()
                .setSite(StudyMessages.site(site))
                .setConsistencyToken(StudyMessages.token(site))
                .build(),
        ChangeSiteCapacityResponse.parser(),
        answer);
  }

  @Override
  public void deactivateSite(
      DeactivateSiteRequest r, StreamObserver<DeactivateSiteResponse> answer) {
    runSite(
        request(StudyServiceGrpc.getDeactivateSiteMethod(), r.getRequestId(), r),
        new SiteCommand.Deactivate(new SiteId(r.getStudyId(), r.getSiteId()), r.getReason()),
        site ->
            DeactivateSiteResponse.newBuilder()
                .setSite(StudyMessages.site(site))
                .setConsistencyToken(StudyMessages.token(site))
                .build(),
        DeactivateSiteResponse.parser(),
        answer);
  }

  @Override
  public void receiveKits(ReceiveKitsRequest r, StreamObserver<ReceiveKitsResponse> answer) {
    SiteId site = new SiteId(r.getStudyId(), r.getSiteId());
    runSite(
        request(StudyServiceGrpc.getReceiveKitsMethod(), r.getRequestId(), r),
        new SiteCommand.ReceiveKits(
            site, KitMessages.sealed(site, r.getKitsList(), seal), Requests.actor()),
        received ->
            ReceiveKitsResponse.newBuilder()
                .setSite(StudyMessages.site(received))
                .setConsistencyToken(StudyMessages.token(received))
                .build(),
        ReceiveKitsResponse.parser(),
        answer);
  }

  @Override
  public void quarantineKits(
      QuarantineKitsRequest r, StreamObserver<QuarantineKitsResponse> answer) {
    runSite(
        requests.of(
            StudyServiceGrpc.getQuarantineKitsMethod(), r.getRequestId(), r, r.getQuarantinedBy()),
        new SiteCommand.QuarantineKits(
            new SiteId(r.getStudyId(), r.getSiteId()),
            r.getKitIdsList(),
            r.getReason(),
            r.getQuarantinedBy()),
        site ->
            QuarantineKitsResponse.newBuilder()
                .setSite(StudyMessages.site(site))
                .setConsistencyToken(StudyMessages.token(site))
                .build(),
        QuarantineKitsResponse.parser(),
        answer);
  }

  @Override
  public void returnKit(ReturnKitRequest r, StreamObserver<ReturnKitResponse> answer) {
    runSite(
        requests.of(StudyServiceGrpc.getReturnKitMethod(), r.getRequestId(), r, r.getReturnedBy()),
        new SiteCommand.ReturnKit(
            new SiteId(r.getStudyId(), r.getSiteId()),
            r.getKitId(),
            UUID.fromString(r.getEnrollmentId()),
            r.getReason(),
            r.getReturnedBy()),
        site ->
            ReturnKitResponse.newBuilder()
                .setSite(StudyMessages.site(site))
                .setConsistencyToken(StudyMessages.token(site))
                .build(),
        ReturnKitResponse.parser(),
        answer);
  }

  @Override
  public void destroyKits(DestroyKitsRequest r, StreamObserver<DestroyKitsResponse> answer) {
    runSite(
        requests.of(
            StudyServiceGrpc.getDestroyKitsMethod(), r.getRequestId(), r, r.getDestroyedBy()),
        new SiteCommand.DestroyKits(
            new SiteId(r.getStudyId(), r.getSiteId()),
            r.getKitIdsList(),
            r.getReason(),
            r.getDestroyedBy()),
        site ->
            DestroyKitsResponse.newBuilder()
                .setSite(StudyMessages.site(site))
                .setConsistencyToken(StudyMessages.token(site))
                .build(),
        DestroyKitsResponse.parser(),
        answer);
  }

  @Override
  public void getStudy(GetStudyRequest r, StreamObserver<GetStudyResponse> answer) {
    answers.read(
        answer,
        () -> {
          String id = r.getStudyId();
          StudyRecord study =
              catalog
                  .study(id)
                  .orElseThrow(
                      () ->
                          Errors.of(
                              Code.NOT_FOUND,
                              "STUDY_NOT_FOUND",
                              "there is no study %s".formatted(id),
                              Map.of("study_id", id)));
          return GetStudyResponse.newBuilder()
              .setStudy(StudyMessages.study(study))
              .addAllSites(catalog.sites(id).stream().map(StudyMessages::site).toList())
              .build();
        });
  }

  @Override
  public void listStudies(ListStudiesRequest r, StreamObserver<ListStudiesResponse> answer) {
    PageRequest asked = PageRequest.of(r);
    int size = asked.size();
    String after = asked.after(1, List::getFirst).orElse("");
    answers.read(
        answer,
        () -> {
          // One more than asked for tells whether there is another page.
          List<StudyRecord> found =
              catalog.studies(StudyMessages.phase(r.getState()), after, size + 1);
          ListStudiesResponse.Builder page = ListStudiesResponse.newBuilder();
          found.stream().limit(size).map(StudyMessages::study).forEach(page::addStudies);
          if (found.size() > size) {
            page.setNextPageToken(asked.tokenAfter(page.getStudies(size - 1).getStudyId()));
          }
          return page.build();
        });
  }

  private Request request(MethodDescriptor<?, ?> method, String requestId, Message message) {
    return requests.of(method, requestId, message, "");
  }

  private <A extends Message> void runStudy(
      Request request,
      StudyCommand command,
      Function<StudyRecord, A> response,
      Parser<A> parser,
      StreamObserver<A> answer) {
    answers.command(
        request,
        parser,
        answer,
        () ->
            studies.run(
                request, command, study -> new Answer(response.apply(study).toByteArray())));
  }

  private <A extends Message> void runSite(
      Request request,
      SiteCommand command,
      Function<SiteRecord, A> response,
      Parser<A> parser,
      StreamObserver<A> answer) {
    answers.command(
        request,
        parser,
        answer,
        () -> sites.run(request, command, site -> new Answer(response.apply(site).toByteArray())));
  }
}
