package org.accrual.consumers.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.accrual.api.query.v1.ActorBasis;
import org.accrual.api.query.v1.AuditEntry;
import org.accrual.api.query.v1.AuditFinding;
import org.accrual.api.query.v1.AuditQueryServiceGrpc;
import org.accrual.api.query.v1.AuditQueryServiceGrpc.AuditQueryServiceBlockingStub;
import org.accrual.api.query.v1.ListAuditEntriesRequest;
import org.accrual.api.query.v1.ListAuditEntriesResponse;
import org.accrual.api.query.v1.VerifyAuditTrailRequest;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.Topics;
import org.accrual.event.randomization.Randomized;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.study.StudyActivated;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.accrual.intake.Message;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From topics to gRPC answers. */
class AuditIT {
  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();

  @AfterEach
  void close() {
    readSide.close();
  }

  @Test
  void everyFactIsListedOnceAndTheTrailVerifies() {
    List<EnrollmentStory> stories = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      stories.add(EnrollmentStory.onStudy("study", "site"));
    }
    for (int time = 0; time < 3; time++) {
      stories.forEach(story -> story.write(writer));
      writer.send(Topics.STUDY_EVENTS, "study", 1, new StudyActivated("study"));
      writer.send(
          Topics.SITE_EVENTS, "study/site", 1, new SiteActivated("study", "site", 50, "UTC"));
    }
    EnrollmentStory first = stories.getFirst();
    writer.send(
        Topics.RANDOMIZATION_EVENTS,
        "study/site",
        Message.UNSEQUENCED,
        new Randomized(
            first.id,
            "study",
            "site",
            1,
            "allocation",
            "site-0001",
            "00",
            ByteBuffer.wrap(new byte[] {1, 2, 3})));
    writer.flush();
    ConsumersProcess process =
        readSide.start(Map.of("accrual.consumers.enabled", "audit")).awaitReady();
    int all = 30 * 5 + 3;
    Awaitility.await()
        .until(() -> readSide.rows("select count(*) from audit.entry").equals(List.of("" + all)));

    List<AuditEntry> listed = new ArrayList<>();
    ListAuditEntriesResponse page = list(process, request().setPageSize(100).build());
    listed.addAll(page.getEntriesList());
    page = list(process, request().setPageSize(100).setPageToken(page.getNextPageToken()).build());
    listed.addAll(page.getEntriesList());
    assertThat(page.getNextPageToken()).isEmpty();
    assertThat(listed).hasSize(all).extracting(AuditEntry::getPosition).isSorted();
    assertThat(listed)
        .extracting(AuditEntry::getActorBasis)
        .containsOnly(ActorBasis.ACTOR_BASIS_ASSERTED);

    assertThat(
            list(
                    process,
                    request()
                        .setEnrollmentId(first.id)
                        .setMinConsistencyToken(
                            new ConsistencyToken("enrollment", first.id, 5).encoded())
                        .build())
                .getEntriesList())
        .extracting(AuditEntry::getType)
        .contains("accrual.randomization.randomized.v1")
        .filteredOn(type -> type.startsWith("accrual.enrollment."))
        .containsExactly(
            "accrual.enrollment.patient-screened.v1",
            "accrual.enrollment.consent-recorded.v1",
            "accrual.enrollment.eligibility-recorded.v1",
            "accrual.enrollment.requested.v1",
            "accrual.enrollment.confirmed.v1");

    verifies(process, page.getHead(), all);
    String token = list(process, request().setPageSize(1).build()).getNextPageToken();
    assertThatThrownBy(
            () -> list(process, request().setEnrollmentId(first.id).setPageToken(token).build()))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("page_token");
  }

  private void verifies(ConsumersProcess process, String head, int entries) {
    var intact = audit(process).verifyAuditTrail(verification(head));
    assertThat(intact.getFindingsList()).isEmpty();
    assertThat(intact.getIntact()).isTrue();
    assertThat(intact.getCompared()).isTrue();
    assertThat(intact.getEntries()).isEqualTo(entries);
    assertThat(intact.getHead()).isEqualTo(head);

    readSide.execute("alter table audit.entry disable trigger user");
    readSide.execute("update audit.entry set actor = 'nobody' where position = 17");
    var tampered = audit(process).verifyAuditTrail(verification(head));
    assertThat(tampered.getIntact()).isFalse();
    assertThat(tampered.getFindingsList())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.getKind()).isEqualTo(AuditFinding.Kind.KIND_ALTERED);
              assertThat(finding.getPosition()).isEqualTo(17);
            });
    assertThatThrownBy(() -> audit(process).verifyAuditTrail(verification("17:abc")))
        .hasMessageContaining("INVALID_ARGUMENT");
  }

  private static VerifyAuditTrailRequest verification(String head) {
    return VerifyAuditTrailRequest.newBuilder().setStudyId("study").setExpectedHead(head).build();
  }

  private static ListAuditEntriesRequest.Builder request() {
    return ListAuditEntriesRequest.newBuilder().setStudyId("study");
  }

  private static ListAuditEntriesResponse list(
      ConsumersProcess process, ListAuditEntriesRequest request) {
    return audit(process).listAuditEntries(request);
  }

  private static AuditQueryServiceBlockingStub audit(ConsumersProcess process) {
    return AuditQueryServiceGrpc.newBlockingStub(process.channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }
}
