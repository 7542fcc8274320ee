package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.accrual.api.study.v1.ActivateSiteRequest;
import org.accrual.api.study.v1.ActivateStudyRequest;
import org.accrual.api.study.v1.Arm;
import org.accrual.api.study.v1.ChangeSiteCapacityRequest;
import org.accrual.api.study.v1.CloseStudyToAccrualRequest;
import org.accrual.api.study.v1.CompleteStudyRequest;
import org.accrual.api.study.v1.DeactivateSiteRequest;
import org.accrual.api.study.v1.GetStudyRequest;
import org.accrual.api.study.v1.GetStudyResponse;
import org.accrual.api.study.v1.Kit;
import org.accrual.api.study.v1.ReceiveKitsRequest;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.ResumeAccrualRequest;
import org.accrual.api.study.v1.StudyServiceGrpc.StudyServiceBlockingStub;
import org.accrual.api.study.v1.SuspendAccrualRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every command in every state of a study and of a site, through gRPC, as STATES.md has it. */
class StudyStatesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The commands that bring a new study or site to a state. */
  private static final Map<String, List<String>> WAYS =
      Map.of(
          "(unregistered)", List.of(),
          "approved", List.of("Register"),
          "active", List.of("Register", "Activate"),
          "temporarily-closed", List.of("Register", "Activate", "SuspendAccrual"),
          "closed-to-accrual", List.of("Register", "Activate", "CloseToAccrual"),
          "completed", List.of("Register", "Activate", "CloseToAccrual", "Complete"));

  private static final Map<String, List<String>> SITE_WAYS =
      Map.of(
          "(unknown)", List.of(),
          "active", List.of("Activate"),
          "inactive", List.of("Activate", "Deactivate"));

  private static final Set<Code> REFUSALS =
      Set.of(Code.FAILED_PRECONDITION, Code.ALREADY_EXISTS, Code.NOT_FOUND);

  private static final String AUDITED =
      """
      select key, version, type from audit.entry where version > 0 and (study_id = ? or study_id like ? || '-%')
      """;
  private static final String STORED =
      """
      select stream_id, version, type from enrollment.event
       where stream_type <> 'enrollment' and (stream_id like ? || '/%' or stream_id = ? or stream_id like ? || '-%')
      """;

  private final TestStack stack = TestStack.shared();
  private final SiteClient client = stack.client();
  private final String prefix =
      "SST-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  @DisplayName("A study is in the state that STATES.md says after each command in each state")
  void everyCommandInEveryStateOfAStudy() {
    StateTable table = StateTable.under("Study");
    int studies = 0;
    for (String state : table.states()) {
      for (String command : table.cells().keySet()) {
        String study = prefix + "-" + studies++;
        WAYS.get(state).forEach(step -> send(step, study));

        boolean refused = isRefused(() -> send(command, study));

        assertThat(refused).as("%s in %s", command, state).isEqualTo(table.refuses(command, state));
        if (refused && state.equals("(unregistered)")) {
          assertThat(isRefused(() -> get(study))).isTrue();
        } else {
          assertThat(stateOf(get(study)))
              .as("%s in %s", command, state)
              .isEqualTo(table.after(command, state));
        }
      }
    }
    assertThat(studies).isEqualTo(36);
    awaitAudited();
  }

  @Test
  @DisplayName("A site is in the state that STATES.md says, on both sides")
  void everyCommandInEveryStateOfASite() {
    StateTable table = StateTable.under("Site of a study");
    WAYS.get("active").forEach(step -> send(step, prefix));
    Map<String, String> expected = new TreeMap<>();
    for (String state : table.states()) {
      for (String command : table.cells().keySet()) {
        String site = "S" + state.replaceAll("\\W", "") + command;
        SITE_WAYS.get(state).forEach(step -> sendToSite(step, site));

        boolean refused = isRefused(() -> sendToSite(command, site));

        assertThat(refused).as("%s in %s", command, state).isEqualTo(table.refuses(command, state));
        String after = table.after(command, state);
        if (!after.equals("(unknown)")) {
          int capacity = command.equals("ChangeCapacity") && !refused ? 7 : 5;
          expected.put(site, (after.equals("active") ? "t" : "f") + "|" + capacity);
        }
      }
    }

    Map<String, String> written = new TreeMap<>();
    get(prefix)
        .getSitesList()
        .forEach(
            site ->
                written.put(
                    site.getSiteId(), (site.getActive() ? "t" : "f") + "|" + site.getCapacity()));
    assertThat(written).isEqualTo(expected);
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        stack
                            .evidence()
                            .rows(
                                "select site_id, active, capacity from projection.site where study_id = ?",
                                prefix))
                    .containsExactlyInAnyOrderElementsOf(
                        expected.entrySet().stream()
                            .map(e -> e.getKey() + "|" + e.getValue())
                            .toList()));
    awaitAudited();
  }

  private void awaitAudited() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(stack.evidence().rows(AUDITED, prefix, prefix))
                    .isNotEmpty()
                    .containsExactlyInAnyOrderElementsOf(
                        stack.evidence().rows(STORED, prefix, prefix, prefix)));
  }

  private Object send(String command, String study) {
    StudyServiceBlockingStub core = client.studies();
    String id = UUID.randomUUID().toString();
    return switch (command) {
      case "Register" ->
          core.registerStudy(
              RegisterStudyRequest.newBuilder()
                  .setRequestId(id)
                  .setStudyId(study)
                  .setTitle("Study " + study)
                  .setTarget(10)
                  .addArms(Arm.newBuilder().setArmId("A").setRatio(1))
                  .build());
      case "Activate" ->
          core.activateStudy(
              ActivateStudyRequest.newBuilder().setRequestId(id).setStudyId(study).build());
      case "SuspendAccrual" ->
          core.suspendAccrual(
              SuspendAccrualRequest.newBuilder()
                  .setRequestId(id)
                  .setStudyId(study)
                  .setReason("a review")
                  .build());
      case "ResumeAccrual" ->
          core.resumeAccrual(
              ResumeAccrualRequest.newBuilder().setRequestId(id).setStudyId(study).build());
      case "CloseToAccrual" ->
          core.closeStudyToAccrual(
              CloseStudyToAccrualRequest.newBuilder()
                  .setRequestId(id)
                  .setStudyId(study)
                  .setReason("the target is reached")
                  .build());
      case "Complete" ->
          core.completeStudy(
              CompleteStudyRequest.newBuilder().setRequestId(id).setStudyId(study).build());
      default -> throw new IllegalArgumentException("no such command: " + command);
    };
  }

  private Object sendToSite(String command, String site) {
    StudyServiceBlockingStub core = client.studies();
    String id = UUID.randomUUID().toString();
    return switch (command) {
      case "Activate" ->
          core.activateSite(
              ActivateSiteRequest.newBuilder()
                  .setRequestId(id)
                  .setStudyId(prefix)
                  .setSiteId(site)
                  .setCapacity(5)
                  .build());
      case "ChangeCapacity" ->
          core.changeSiteCapacity(
              ChangeSiteCapacityRequest.newBuilder()
                  .setRequestId(id)
                  .setStudyId(prefix)
                  .setSiteId(site)
                  .setCapacity(7)
                  .build());
      case "Deactivate" ->
          core.deactivateSite(
              DeactivateSiteRequest.newBuilder()
                  .setRequestId(id)
                  .setStudyId(prefix)
                  .setSiteId(site)
                  .setReason("an audit")
                  .build());
      case "ReceiveKits" ->
          core.receiveKits(
              ReceiveKitsRequest.newBuilder()
                  .setRequestId(id)
                  .setStudyId(prefix)
                  .setSiteId(site)
                  .addKits(Kit.newBuilder().setKitId("K-" + site).setArmId("A"))
                  .build());
      default -> throw new IllegalArgumentException("no such command: " + command);
    };
  }

  private GetStudyResponse get(String study) {
    return client.studies().getStudy(GetStudyRequest.newBuilder().setStudyId(study).build());
  }

  private static String stateOf(GetStudyResponse study) {
    String state = study.getStudy().getState().name().replace("STUDY_STATE_", "");
    return state
        .toLowerCase(Locale.ROOT)
        .replace('_', '-')
        .replace("temporarily-closed-to-accrual", "temporarily-closed");
  }

  private static boolean isRefused(Runnable command) {
    try {
      command.run();
      return false;
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as(e.toString()).isIn(REFUSALS);
      return true;
    }
  }
}
