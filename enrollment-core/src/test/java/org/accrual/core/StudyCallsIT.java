package org.accrual.core;

import static org.accrual.core.Client.requestId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.longrunning.Operation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import org.accrual.api.enrollment.v1.TakeOffStudyRequest;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.ChangeSiteCapacityRequest;
import org.accrual.api.study.v1.CloseStudyToAccrualRequest;
import org.accrual.api.study.v1.CompleteStudyRequest;
import org.accrual.api.study.v1.DeactivateSiteRequest;
import org.accrual.api.study.v1.GetStudyRequest;
import org.accrual.api.study.v1.ListStudiesRequest;
import org.accrual.api.study.v1.ListStudiesResponse;
import org.accrual.api.study.v1.ResumeAccrualRequest;
import org.accrual.api.study.v1.Site;
import org.accrual.api.study.v1.Study;
import org.accrual.api.study.v1.StudyState;
import org.accrual.api.study.v1.SuspendAccrualRequest;
import org.accrual.contract.ConsistencyToken;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StudyCallsIT {
  private static RunningCore core;
  private static Client client;
  private static StoredFixtures stored;

  @BeforeAll
  static void start() {
    core = RunningCore.start();
    client = new Client(core.channel());
    stored = new StoredFixtures(core.jdbcUrl());
  }

  @AfterAll
  static void stop() {
    core.close();
  }

  private static Study read(String study) {
    return client
        .studies
        .getStudy(GetStudyRequest.newBuilder().setStudyId(study).build())
        .getStudy();
  }

  @Test
  void aStudyIsCompletedOnlyAfterItsPatients() {
    String study = client.openStudy(1);
    Operation operation = client.enrollments.enrollPatient(Client.enroll(study, "P1").build());
    client.studies.closeStudyToAccrual(
        CloseStudyToAccrualRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(study)
            .setReason("enough")
            .build());
    String enrollment = Client.metadata(operation).getEnrollmentId();

    refusesToComplete(study, enrollment);
    core.settled(operation);
    refusesToComplete(study, enrollment);

    client.enrollments.takeOffStudy(
        TakeOffStudyRequest.newBuilder()
            .setRequestId(requestId())
            .setEnrollmentId(enrollment)
            .setReason("done")
            .setRecordedBy("dr-a")
            .build());
    assertThat(complete(study).getState()).isEqualTo(StudyState.STUDY_STATE_COMPLETED);
  }

  private static void refusesToComplete(String study, String enrollment) {
    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> complete(study));
    assertThat(Client.info(refused).getReason()).isEqualTo("STUDY_HAS_LIVE_ENROLLMENTS");
    assertThat(refused).hasMessageContaining("has 1 enrollments").hasMessageContaining(enrollment);
  }

  private static Study complete(String study) {
    return client
        .studies
        .completeStudy(
            CompleteStudyRequest.newBuilder().setRequestId(requestId()).setStudyId(study).build())
        .getStudy();
  }

  @Test
  void aStudysWholeLife() {
    String id = "S-life";
    var registered = client.studies.registerStudy(Client.study(id).build());
    assertThat(ConsistencyToken.decode(registered.getConsistencyToken()))
        .contains(new ConsistencyToken("study", id, 1));
    List<Study> answers = new ArrayList<>();
    answers.add(registered.getStudy());
    answers.add(
        client
            .studies
            .activateStudy(
                ActivateStudyRequest.newBuilder().setRequestId(requestId()).setStudyId(id).build())
            .getStudy());
    answers.add(
        client
            .studies
            .suspendAccrual(
                SuspendAccrualRequest.newBuilder()
                    .setRequestId(requestId())
                    .setStudyId(id)
                    .setReason("pause")
                    .build())
            .getStudy());
    answers.add(
        client
            .studies
            .resumeAccrual(
                ResumeAccrualRequest.newBuilder().setRequestId(requestId()).setStudyId(id).build())
            .getStudy());
    answers.add(
        client
            .studies
            .closeStudyToAccrual(
                CloseStudyToAccrualRequest.newBuilder()
                    .setRequestId(requestId())
                    .setStudyId(id)
                    .setReason("enough")
                    .build())
            .getStudy());
    answers.add(
        client
            .studies
            .completeStudy(
                CompleteStudyRequest.newBuilder().setRequestId(requestId()).setStudyId(id).build())
            .getStudy());

    assertThat(answers)
        .extracting(Study::getState)
        .containsExactly(
            StudyState.STUDY_STATE_APPROVED,
            StudyState.STUDY_STATE_ACTIVE,
            StudyState.STUDY_STATE_TEMPORARILY_CLOSED_TO_ACCRUAL,
            StudyState.STUDY_STATE_ACTIVE,
            StudyState.STUDY_STATE_CLOSED_TO_ACCRUAL,
            StudyState.STUDY_STATE_COMPLETED);
    assertThat(answers).extracting(Study::getVersion).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(read(id)).as("the head says what the fold says").isEqualTo(answers.getLast());
    assertThat(
            stored.texts(
                "select headers ->> 'ce_sequence' from outbox.message"
                    + " where aggregatetype = 'study.events' and aggregateid = ? order by id",
                id))
        .containsExactly("1", "2", "3", "4", "5", "6");
  }

  @Test
  void aSitesWholeLife() {
    String study = client.openStudy(1);
    var activated =
        client.studies.activateSite(
            ActivateSiteRequest.newBuilder()
                .setRequestId(requestId())
                .setStudyId(study)
                .setSiteId("V2")
                .setCapacity(3)
                .build());
    assertThat(activated.getSite().getTimeZone()).isEqualTo("UTC");
    assertThat(ConsistencyToken.decode(activated.getConsistencyToken()))
        .contains(new ConsistencyToken("site", study + "/V2", 1));
    client.studies.changeSiteCapacity(
        ChangeSiteCapacityRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(study)
            .setSiteId("V2")
            .setCapacity(9)
            .build());
    Site closed =
        client
            .studies
            .deactivateSite(
                DeactivateSiteRequest.newBuilder()
                    .setRequestId(requestId())
                    .setStudyId(study)
                    .setSiteId("V2")
                    .setReason("audit")
                    .build())
            .getSite();
    assertThat(closed.getActive()).isFalse();
    assertThat(closed.getCapacity()).isEqualTo(9);
    assertThat(closed.getVersion()).isEqualTo(3);
    client.activateSite(study, "V2", 4);
    List<Site> sites =
        client
            .studies
            .getStudy(GetStudyRequest.newBuilder().setStudyId(study).build())
            .getSitesList();
    assertThat(sites).extracting(Site::getSiteId).containsExactly("V1", "V2");
    assertThat(sites.get(1).getActive()).isTrue();
    assertThat(sites.get(1).getCapacity()).isEqualTo(4);
    assertThat(sites.get(1).getVersion()).isEqualTo(4);
  }

  @Test
  @DisplayName("A command with an etag is refused once the thing has changed, and writes nothing")
  void etags() {
    String study = client.openStudy(1);
    String first = read(study).getEtag();
    SuspendAccrualRequest suspend =
        SuspendAccrualRequest.newBuilder()
            .setRequestId(requestId())
            .setStudyId(study)
            .setReason("pause")
            .setEtag(first)
            .build();
    client.studies.suspendAccrual(suspend);
    assertEtagMismatch(
        () ->
            client.studies.closeStudyToAccrual(
                CloseStudyToAccrualRequest.newBuilder()
                    .setRequestId(requestId())
                    .setStudyId(study)
                    .setReason("enough")
                    .setEtag(first)
                    .build()));
    assertThat(client.studies.suspendAccrual(suspend).getStudy().getVersion())
        .as("the answer that was kept")
        .isEqualTo(3);

    ChangeSiteCapacityRequest.Builder change =
        ChangeSiteCapacityRequest.newBuilder().setStudyId(study).setSiteId("V1").setCapacity(7);
    String etag =
        client
            .studies
            .changeSiteCapacity(change.setRequestId(requestId()).build())
            .getSite()
            .getEtag();
    client.studies.changeSiteCapacity(
        change.setRequestId(requestId()).setCapacity(8).setEtag(etag).build());
    assertEtagMismatch(
        () ->
            client.studies.changeSiteCapacity(
                change.setRequestId(requestId()).setCapacity(9).setEtag(etag).build()));
  }

  private static void assertEtagMismatch(ThrowingCallable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error.getStatus().getCode()).isEqualTo(Code.ABORTED);
    assertThat(Client.info(error).getReason()).isEqualTo("ETAG_MISMATCH");
  }

  @Test
  @DisplayName("A command that names nobody is recorded as the caller's")
  void actors() {
    String study = client.openStudy(1);
    assertThat(
            stored.texts(
                "select distinct headers ->> 'ce_actor' from outbox.message"
                    + " where aggregateid like ? || '%'",
                study))
        .containsExactly("local");
  }

  @Test
  void studiesAreListedInPages() {
    for (int i = 1; i <= 5; i++) {
      client.studies.registerStudy(Client.study("L-" + i).build());
    }
    List<String> found = new ArrayList<>();
    String token = "";
    do {
      ListStudiesResponse page =
          client.studies.listStudies(
              ListStudiesRequest.newBuilder().setPageSize(2).setPageToken(token).build());
      page.getStudiesList().forEach(study -> found.add(study.getStudyId()));
      assertThat(page.getStudiesCount()).isLessThanOrEqualTo(2);
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    assertThat(found)
        .isSorted()
        .doesNotHaveDuplicates()
        .contains("L-1", "L-2", "L-3", "L-4", "L-5");
    assertThat(found).hasSize((int) stored.count("select count(*) from enrollment.study_head"));
    ListStudiesResponse active =
        client.studies.listStudies(
            ListStudiesRequest.newBuilder()
                .setPageSize(1000)
                .setState(StudyState.STUDY_STATE_ACTIVE)
                .build());
    assertThat(active.getStudiesList())
        .extracting(Study::getStudyId)
        .isEqualTo(
            stored.texts(
                "select study_id from enrollment.study_head where state = 'active' order by 1"));
  }
}
