package org.accrual.consumers.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceBlockingStub;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.api.query.v1.GetEnrollmentResponse;
import org.accrual.api.query.v1.GetSiteRequest;
import org.accrual.api.query.v1.GetSiteResponse;
import org.accrual.api.query.v1.ListEnrollmentsRequest;
import org.accrual.api.query.v1.ListEnrollmentsResponse;
import org.accrual.api.query.v1.ListSitesRequest;
import org.accrual.api.query.v1.ListSitesResponse;
import org.accrual.api.query.v1.SiteAvailability;
import org.accrual.api.query.v1.WatchEnrollmentRequest;
import org.accrual.api.study.v1.Site;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.Topics;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.event.study.StudyActivated;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries over gRPC: one process builds the projection, another only serves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnrollmentQueriesIT {
  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();
  private ConsumersProcess building;
  private ConsumersProcess serving;

  @BeforeAll
  void start() {
    building = readSide.start(Map.of());
    serving = readSide.start(Map.of("accrual.consumers.enabled", "none"));
    building.awaitReady();
    serving.awaitReady();
  }

  @AfterAll
  void close() {
    readSide.close();
  }

  @Test
  void getAnswersWhatWasApplied() {
    EnrollmentStory story = written(EnrollmentStory.onStudy("study", "site"));

    GetEnrollmentResponse answer = get(building, story.id, token(story, 5));

    Enrollment enrollment = answer.getEnrollment();
    assertThat(enrollment.getEnrollmentId()).isEqualTo(story.id);
    assertThat(enrollment.getStudyId()).isEqualTo("study");
    assertThat(enrollment.getSiteId()).isEqualTo("site");
    assertThat(enrollment.getPatientId()).isEqualTo(story.patient);
    assertThat(enrollment.getState()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ON_STUDY);
    assertThat(enrollment.getVersion()).isEqualTo(5);
    assertThat(enrollment.getEtag()).isNotEmpty();
    assertThat(enrollment.getReason()).isEmpty();
    assertThat(enrollment.hasScreenTime()).isTrue();
    assertThat(enrollment.hasRequestTime()).isTrue();
    assertThat(enrollment.hasConfirmTime()).isTrue();
    assertThat(enrollment.getUpdateTime()).isEqualTo(enrollment.getConfirmTime());
    assertThat(answer.getConsistencyToken()).isEqualTo(token(story, 5));
  }

  @Test
  void withATokenNothingOlderIsReadInEitherProcess() {
    for (int i = 0; i < 100; i++) {
      EnrollmentStory story = EnrollmentStory.onStudy("tokens", "site").write(writer);
      ConsumersProcess asked = i % 2 == 0 ? building : serving;
      assertThat(get(asked, story.id, token(story, 5)).getEnrollment().getVersion()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aQueryWaitsForItsToken(boolean inTheBuildingProcess) throws Exception {
    ConsumersProcess asked = inTheBuildingProcess ? building : serving;
    EnrollmentStory story = EnrollmentStory.onStudy("study", "site");
    // Up to the version before, so that an answer without waiting would be an older one.
    List<SpecificRecord> events = story.events();
    for (int version = 1; version < events.size(); version++) {
      writer.send(Topics.ENROLLMENT_EVENTS, story.id, version, events.get(version - 1));
    }
    writer.flush();
    get(asked, story.id, token(story, 4));
    try (ExecutorService client = Executors.newSingleThreadExecutor()) {
      Future<GetEnrollmentResponse> answer =
          client.submit(() -> get(asked, story.id, token(story, 5)));
      // A call looks twice before it waits; only one that waits looks again.
      for (int look = 1; look <= 3; look++) {
        readSide.awaitReader("projection.applied");
      }

      writer.send(Topics.ENROLLMENT_EVENTS, story.id, 5, events.getLast()).flush();

      assertThat(answer.get(15, TimeUnit.SECONDS).getEnrollment().getVersion()).isEqualTo(5);
    }
  }

  @Test
  @DisplayName("A watch continues after an event that was given up")
  void watchesPastAGivenUpEvent() {
    EnrollmentStory story = EnrollmentStory.onStudy("study", "site");
    List<SpecificRecord> events = story.events();
    writer.send(Topics.ENROLLMENT_EVENTS, story.id, 1, events.getFirst()).flush();
    get(building, story.id, token(story, 1));
    // What a discard of version 2 leaves: the gate is past it, and the history has nothing of it.
    readSide.execute(
        "update projection.applied set version = 2 where key = '%s'".formatted(story.id));

    var watch =
        building
            .queries()
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .watchEnrollment(
                WatchEnrollmentRequest.newBuilder()
                    .setEnrollmentId(story.id)
                    .setAfterConsistencyToken(token(story, 2))
                    .build());
    writer.send(Topics.ENROLLMENT_EVENTS, story.id, 3, events.get(2)).flush();

    assertThat(watch.next().getVersion()).isEqualTo(3);
  }

  @Test
  void aTokenThatIsNotReachedIsSaidToBeBehindBeforeTheDeadline() {
    EnrollmentStory story = written(EnrollmentStory.onStudy("study", "site"));

    StatusRuntimeException error =
        failure(
            () ->
                building
                    .queries()
                    .withDeadlineAfter(3, TimeUnit.SECONDS)
                    .getEnrollment(request(story.id, token(story, 6))));

    assertThat(error.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(detail(error, ErrorInfo.class))
        .hasValueSatisfying(
            info -> {
              assertThat(info.getReason()).isEqualTo("PROJECTION_BEHIND");
              assertThat(info.getDomain()).isEqualTo("accrual");
              assertThat(info.getMetadataMap())
                  .containsEntry("stream_id", story.id)
                  .containsEntry("version", "6");
            });
    assertThat(detail(error, RetryInfo.class)).isPresent();
  }

  @Test
  void aStudysTokenIsWaitedForToo() {
    String study = "study-" + UUID.randomUUID();
    writer.send(Topics.STUDY_EVENTS, study, 1, new StudyActivated(study)).flush();

    ListEnrollmentsResponse answer =
        building
            .queries()
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .listEnrollments(
                ListEnrollmentsRequest.newBuilder()
                    .setStudyId(study)
                    .setMinConsistencyToken(new ConsistencyToken("study", study, 1).encoded())
                    .build());

    assertThat(answer.getEnrollmentsList()).isEmpty();
    assertThat(answer.getNextPageToken()).isEmpty();
  }

  @Test
  void withoutItsDatabaseAQueryIsUnavailableAndWorksAgainAfter() {
    EnrollmentStory story = written(EnrollmentStory.onStudy("study", "site"));
    get(serving, story.id, token(story, 5));

    readSide.connections(false);
    try {
      assertDatabaseUnavailable(() -> get(serving, story.id, ""));
      assertDatabaseUnavailable(() -> get(serving, story.id, token(story, 5)));
      assertDatabaseUnavailable(() -> list(ListEnrollmentsRequest.newBuilder()));
    } finally {
      readSide.connections(true);
    }

    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreException(StatusRuntimeException.class)
        .until(() -> get(serving, story.id, "").getEnrollment().getVersion() == 5);
    building.awaitReady();
    EnrollmentStory next = written(EnrollmentStory.onStudy("study", "site"));
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreException(StatusRuntimeException.class)
        .until(() -> get(building, next.id, token(next, 5)).getEnrollment().getVersion() == 5);
  }

  @Test
  void anUnknownEnrollmentIsNotFound() {
    StatusRuntimeException error =
        failure(() -> get(serving, "0199c0de-0000-7000-8000-000000000001", ""));

    assertThat(error.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    assertThat(detail(error, ErrorInfo.class))
        .hasValueSatisfying(info -> assertThat(info.getReason()).isEqualTo("ENROLLMENT_NOT_FOUND"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "MTpvdGhlcjp4", "MDpzdHVkeTp4"})
  void whatIsNoTokenIsRefused(String token) {
    StatusRuntimeException error =
        failure(() -> get(serving, "0199c0de-0000-7000-8000-000000000001", token));

    assertInvalid(error, "min_consistency_token");
  }

  @Test
  void malformedFieldsAreNamed() {
    assertInvalid(failure(() -> get(serving, "not-a-uuid", "")), "enrollment_id");
    assertInvalid(
        failure(() -> list(ListEnrollmentsRequest.newBuilder().setPageSize(-1))), "page_size");
    assertInvalid(
        failure(() -> list(ListEnrollmentsRequest.newBuilder().setPageToken("x"))), "page_token");
  }

  @Test
  void pagesListEveryEnrollmentOnceNewestFirst() {
    String study = "paged";
    List<String> ids = new ArrayList<>();
    List<String> patients = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      EnrollmentStory story = EnrollmentStory.onStudy(study, "site-" + i % 2).write(writer);
      ids.add(story.id);
      patients.add(story.patient);
    }
    writer.flush();
    await()
        .until(
            () ->
                readSide
                    .rows(
                        "select count(*) from projection.enrollment where version = 5"
                            + " and study_id = 'paged'")
                    .equals(List.of("25")));
    List<String> newestFirst = ids.stream().sorted(Comparator.reverseOrder()).toList();

    assertThat(pages(ListEnrollmentsRequest.newBuilder().setStudyId(study), 10, 10, 5))
        .isEqualTo(newestFirst);
    assertThat(
            pages(ListEnrollmentsRequest.newBuilder().setStudyId(study).setSiteId("site-1"), 10, 2))
        .isEqualTo(newestFirst.stream().filter(id -> ids.indexOf(id) % 2 == 1).toList());
    assertThat(
            pages(
                ListEnrollmentsRequest.newBuilder()
                    .setStudyId(study)
                    .setState(EnrollmentState.ENROLLMENT_STATE_ON_STUDY),
                10,
                10,
                5))
        .isEqualTo(newestFirst);
    assertThat(
            pages(
                ListEnrollmentsRequest.newBuilder()
                    .setStudyId(study)
                    .setState(EnrollmentState.ENROLLMENT_STATE_SCREENING),
                0))
        .isEmpty();
    assertThat(
            pages(
                ListEnrollmentsRequest.newBuilder().setStudyId(study).setPatientId(patients.get(3)),
                1))
        .containsExactly(ids.get(3));
    assertInvalid(
        failure(() -> list(ListEnrollmentsRequest.newBuilder().setPatientId(patients.get(3)))), "");
  }

  @Test
  void aPageTokenOfAnotherFilterIsRefused() {
    written(EnrollmentStory.onStudy("filters", "site"));
    EnrollmentStory last = written(EnrollmentStory.onStudy("filters", "site"));
    ListEnrollmentsResponse first =
        list(
            ListEnrollmentsRequest.newBuilder()
                .setStudyId("filters")
                .setPageSize(1)
                .setMinConsistencyToken(token(last, 5)));

    StatusRuntimeException error =
        failure(
            () ->
                list(
                    ListEnrollmentsRequest.newBuilder()
                        .setStudyId("other")
                        .setPageToken(first.getNextPageToken())));

    assertInvalid(error, "page_token");
  }

  @Test
  @DisplayName("Sites are answered with their taken and free places, page by page")
  void sitesHaveTheirPlaces() {
    String study = "places";
    writer
        .send(Topics.SITE_EVENTS, "places/A", 1, new SiteActivated(study, "A", 5, "Europe/Vienna"))
        .send(Topics.SITE_EVENTS, "places/B", 1, new SiteActivated(study, "B", 3, "UTC"))
        .send(Topics.SITE_EVENTS, "places/C", 1, new SiteActivated(study, "C", 3, "UTC"))
        .send(Topics.SITE_EVENTS, "places/C", 2, new SiteDeactivated(study, "C", "audit"))
        .flush();
    readSide.execute(
        """
        insert into capacity.site (study_id, site_id, version, active, capacity, taken)
        values ('places', 'A', 1, true, 5, 2), ('places', 'B', 1, true, 3, 3)
        """);
    String token = new ConsistencyToken("site", "places/C", 2).encoded();
    awaitSites();

    GetSiteResponse found = stub(serving).getSite(site(study, "A", token));

    assertThat(found.getSite().getSite())
        .isEqualTo(
            Site.newBuilder()
                .setStudyId(study)
                .setSiteId("A")
                .setActive(true)
                .setCapacity(5)
                .setTimeZone("Europe/Vienna")
                .setVersion(1)
                .setEtag("1")
                .build());
    assertThat(places(found.getSite())).isEqualTo("A 2 taken, 3 free, 0 waiting");
    assertThat(found.getConsistencyToken())
        .isEqualTo(new ConsistencyToken("site", "places/A", 1).encoded());

    ListSitesRequest.Builder all =
        ListSitesRequest.newBuilder()
            .setStudyId(study)
            .setPageSize(2)
            .setMinConsistencyToken(token);
    ListSitesResponse first = stub(serving).listSites(all.build());
    ListSitesResponse second =
        stub(serving).listSites(all.clone().setPageToken(first.getNextPageToken()).build());
    assertThat(first.getSitesList())
        .extracting(EnrollmentQueriesIT::places)
        .containsExactly("A 2 taken, 3 free, 0 waiting", "B 3 taken, 0 free, 0 waiting");
    assertThat(second.getSitesList())
        .extracting(EnrollmentQueriesIT::places)
        .containsExactly("C 0 taken, 0 free, 0 waiting");
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(stub(serving).listSites(all.clone().setWithFreePlaces(true).build()).getSitesList())
        .extracting(site -> site.getSite().getSiteId())
        .containsExactly("A");
    StatusRuntimeException unknown = failure(() -> stub(serving).getSite(site(study, "Z", "")));
    assertThat(detail(unknown, ErrorInfo.class).orElseThrow().getReason())
        .isEqualTo("SITE_NOT_FOUND");
  }

  /** Waits until the projection has the sites; their streams lie in different partitions. */
  private void awaitSites() {
    await()
        .until(
            () ->
                readSide
                    .rows(
                        "select site_id, active from ops.sites where study_id = 'places'"
                            + " order by site_id")
                    .equals(List.of("A|t", "B|t", "C|f")));
  }

  private static GetSiteRequest site(String study, String site, String token) {
    return GetSiteRequest.newBuilder()
        .setStudyId(study)
        .setSiteId(site)
        .setMinConsistencyToken(token)
        .build();
  }

  private static String places(SiteAvailability site) {
    return "%s %d taken, %d free, %d waiting"
        .formatted(site.getSite().getSiteId(), site.getTaken(), site.getFree(), site.getWaiting());
  }

  /** All pages' ids, each page of the size expected of it. */
  private List<String> pages(ListEnrollmentsRequest.Builder request, int... sizes) {
    List<String> ids = new ArrayList<>();
    String token = "";
    for (int size : sizes) {
      ListEnrollmentsResponse page = list(request.clone().setPageSize(10).setPageToken(token));
      assertThat(page.getEnrollmentsList()).hasSize(size);
      page.getEnrollmentsList().forEach(enrollment -> ids.add(enrollment.getEnrollmentId()));
      token = page.getNextPageToken();
    }
    assertThat(token).isEmpty();
    return ids;
  }

  private ListEnrollmentsResponse list(ListEnrollmentsRequest.Builder request) {
    return stub(serving).listEnrollments(request.build());
  }

  private static GetEnrollmentResponse get(ConsumersProcess process, String id, String token) {
    return stub(process).getEnrollment(request(id, token));
  }

  private static EnrollmentQueryServiceBlockingStub stub(ConsumersProcess process) {
    return process.queries().withDeadlineAfter(15, TimeUnit.SECONDS);
  }

  private static GetEnrollmentRequest request(String id, String token) {
    return GetEnrollmentRequest.newBuilder()
        .setEnrollmentId(id)
        .setMinConsistencyToken(token)
        .build();
  }

  private EnrollmentStory written(EnrollmentStory story) {
    story.write(writer);
    writer.flush();
    return story;
  }

  private static String token(EnrollmentStory story, long version) {
    return new ConsistencyToken("enrollment", story.id, version).encoded();
  }

  private static StatusRuntimeException failure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error).isNotNull();
    return error;
  }

  private static void assertDatabaseUnavailable(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException error = failure(call);
    assertThat(error.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(detail(error, ErrorInfo.class))
        .hasValueSatisfying(info -> assertThat(info.getReason()).isEqualTo("DATABASE_UNAVAILABLE"));
    assertThat(detail(error, RetryInfo.class)).isPresent();
  }

  private static void assertInvalid(StatusRuntimeException error, String field) {
    assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(detail(error, ErrorInfo.class))
        .hasValueSatisfying(info -> assertThat(info.getReason()).isEqualTo("INVALID_ARGUMENT"));
    assertThat(detail(error, BadRequest.class))
        .hasValueSatisfying(
            bad ->
                assertThat(bad.getFieldViolationsList())
                    .extracting(BadRequest.FieldViolation::getField)
                    .contains(field));
  }

  private static <D extends Message> Optional<D> detail(
      StatusRuntimeException error, Class<D> type) {
    try {
      for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(type)) {
          return Optional.of(detail.unpack(type));
        }
      }
      return Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
