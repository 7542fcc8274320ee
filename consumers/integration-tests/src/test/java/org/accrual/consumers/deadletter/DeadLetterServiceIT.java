package org.accrual.consumers.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.accrual.api.ops.v1.DeadLetter;
import org.accrual.api.ops.v1.DeadLetterAction;
import org.accrual.api.ops.v1.DeadLetterCause;
import org.accrual.api.ops.v1.DeadLetterFilter;
import org.accrual.api.ops.v1.DeadLetterServiceGrpc;
import org.accrual.api.ops.v1.DeadLetterServiceGrpc.DeadLetterServiceBlockingStub;
import org.accrual.api.ops.v1.DeadLetterState;
import org.accrual.api.ops.v1.DiscardRequest;
import org.accrual.api.ops.v1.GetDeadLetterRequest;
import org.accrual.api.ops.v1.GetDeadLetterResponse;
import org.accrual.api.ops.v1.IgnoreStreamRequest;
import org.accrual.api.ops.v1.ListDeadLettersRequest;
import org.accrual.api.ops.v1.ListDeadLettersResponse;
import org.accrual.api.ops.v1.Redrive;
import org.accrual.api.ops.v1.RedriveRefusal;
import org.accrual.api.ops.v1.RedriveRequest;
import org.accrual.api.ops.v1.RedriveResponse;
import org.accrual.api.ops.v1.SkipMissingRequest;
import org.accrual.api.ops.v1.WatchRedriveRequest;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.consumers.ConsumersProcess;
import org.accrual.consumers.ReadSide;
import org.accrual.contract.ConsistencyToken;
import org.accrual.contract.RequestMetadata;
import org.accrual.contract.Topics;
import org.accrual.event.study.StudyActivated;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventEncoding;
import org.accrual.fixtures.EventWriter;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** From a bad event on a topic to a settled letter, through the API, with a real process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadLetterServiceIT {
  private static final String LONG_KEPT =
      """
      insert into ops.inbox values ('new', uuidv7(), now() - interval '29 days'),
                                   ('old', uuidv7(), now() - interval '31 days');
      insert into deadletter.letter (consumer, topic, key, partition, "offset", correlation_id, recorded_at, headers,
                                     cause, error, attempts, state, settled_at)
      select 'projection', 'kept', key, 0, days, '-', now(), '{}', 'poison', '', 1, 'discarded',
             now() - days * interval '1 day'
        from (values ('new', 29), ('old', 31)) as l (key, days)
      """;

  private final ReadSide readSide = new ReadSide();
  private final EventWriter writer = readSide.writer();
  private ConsumersProcess process;

  /** Of the test's own: what it parks is found by it. */
  private String study;

  @BeforeAll
  void start() {
    readSide.execute(
        """
        create table public.bad (study_id text primary key);
        create function public.refuse_bad() returns trigger language plpgsql as $$
        begin
          if exists (select from public.bad where study_id = new.study_id) and new.version >= 3 then
            raise exception 'study % is bad', new.study_id;
          end if;
          return new;
        end $$;
        create trigger refuse_bad before insert or update on projection.enrollment
          for each row execute function public.refuse_bad();
        """);
    readSide.execute(LONG_KEPT);
    process = readSide.start(Map.of()).awaitReady();
  }

  @Test
  void whatHasBeenKeptLongEnoughIsLetGo() {
    await()
        .untilAsserted(
            () -> {
              assertThat(readSide.rows("select key from deadletter.letter where topic = 'kept'"))
                  .containsExactly("new");
              assertThat(readSide.rows("select consumer from ops.inbox")).containsExactly("new");
            });
  }

  @BeforeEach
  void aStudyThatFails() {
    study = "bad-" + UUID.randomUUID();
    readSide.execute("insert into public.bad values ('%s')".formatted(study));
  }

  @AfterAll
  void close() {
    readSide.close();
  }

  @Test
  void aBadEventIsFoundMendedAndRedrivenInOrder() {
    EnrollmentStory bad = parked();
    EnrollmentStory other = EnrollmentStory.onStudy("good", "site").write(writer);
    writer.flush();

    // A reader is told at once what waiting would not help.
    StatusRuntimeException error = failure(() -> get(bad.id, 5));
    assertThat(reason(error)).isEqualTo("PROJECTION_PARKED");
    get(other.id, 5);
    get(bad.id, 2);

    ListDeadLettersResponse list = list();
    assertThat(list.getTotal()).isEqualTo(3);
    assertThat(list.getKeys()).isEqualTo(1);
    assertThat(list.getLettersList())
        .extracting(DeadLetter::getPlace, DeadLetter::getVersion, DeadLetter::getCause)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1L, 3L, DeadLetterCause.DEAD_LETTER_CAUSE_POISON),
            org.assertj.core.groups.Tuple.tuple(2L, 4L, DeadLetterCause.DEAD_LETTER_CAUSE_BEHIND),
            org.assertj.core.groups.Tuple.tuple(3L, 5L, DeadLetterCause.DEAD_LETTER_CAUSE_BEHIND));
    GetDeadLetterResponse first = letter(list.getLetters(0).getLetterId());
    assertThat(first.getPayloadJson()).contains(bad.id, "criteria_version");
    assertThat(first.getLetter().getError()).contains("study " + study + " is bad");
    assertThat(first.getLetter().getAttempts()).isEqualTo(3);
    assertThat(first.getHeadersMap()).containsEntry("ce_sequence", "3");

    // Not mended yet: the first fails again, the others are held.
    RedriveResponse preview = preview();
    assertThat(preview.getLetters()).isEqualTo(3);
    assertThat(preview.getLettersByConsumerMap()).containsExactly(Map.entry("projection", 3L));
    Redrive again = finished(redrive(preview, "r1-" + study).getRedriveId());
    assertThat(again.getFailed()).isEqualTo(1);
    assertThat(again.getHeld()).isEqualTo(2);
    assertThat(again.getFailures(0).getError()).contains("is bad");

    fixTheStudy();
    RedriveResponse begun = redrive(preview(), "r2-" + study);
    Redrive done = finished(begun.getRedriveId());
    assertThat(done.getApplied()).isEqualTo(3);
    assertThat(done.getAskedBy()).isEqualTo("ada");
    get(bad.id, 5);
    assertThat(list().getLettersList()).isEmpty();
    assertThat(letter(first.getLetter().getLetterId()).getHistoryList())
        .extracting(DeadLetterAction::getWho, DeadLetterAction::getAction)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("intake", "parked"),
            org.assertj.core.groups.Tuple.tuple("ada", "redrive-asked"),
            org.assertj.core.groups.Tuple.tuple("ada", "failed"),
            org.assertj.core.groups.Tuple.tuple("ada", "redrive-asked"),
            org.assertj.core.groups.Tuple.tuple("ada", "applied"));
  }

  @Test
  void aDryRunChangesNothingAndTheRealRunActsOnExactlyThat() {
    parked();
    String before = everything();

    RedriveResponse preview = preview();

    assertThat(everything()).isEqualTo(before);
    parked(); // one more key since
    StatusRuntimeException stale = failure(() -> redrive(preview, "stale-" + study));
    assertThat(reason(stale)).isEqualTo("PREVIEW_STALE");

    RedriveResponse fresh = preview();
    RedriveResponse once = redrive(fresh, "same-" + study);
    RedriveResponse twice = redrive(fresh, "same-" + study);
    assertThat(twice.getRedriveId()).isEqualTo(once.getRedriveId());
    assertThat(twice.getLetters()).isEqualTo(6);
    finished(once.getRedriveId());
    StatusRuntimeException reused =
        failure(() -> redrive(stub().redrive(dryRun().setMax(1).build()), "same-" + study));
    assertThat(reason(reused)).isEqualTo("REQUEST_ID_REUSED");
  }

  @Test
  void aPreviewSaysWhatItLeavesOut() {
    parked();

    RedriveResponse twoOfThree = stub().redrive(dryRun().setMax(2).build());
    assertThat(twoOfThree.getLetters()).isEqualTo(2);
    assertThat(twoOfThree.getRefusalsList())
        .extracting(RedriveRefusal::getReason)
        .containsExactly("ABOVE_MAX");
    RedriveResponse behind =
        stub()
            .redrive(
                dryRun()
                    .setFilter(
                        DeadLetterFilter.newBuilder()
                            .setKey(list().getLetters(0).getKey())
                            .setType("accrual.enrollment.confirmed.v1"))
                    .build());
    assertThat(behind.getLetters()).isZero();
    assertThat(behind.getPreviewToken()).isEmpty();
    assertThat(behind.getRefusalsList())
        .extracting(RedriveRefusal::getReason)
        .containsExactly("BEHIND_ANOTHER");
  }

  @Test
  @DisplayName("A discard gives one letter up, and those behind it follow by themselves")
  void discards() {
    EnrollmentStory bad = parked();
    List<DeadLetter> letters = list().getLettersList();

    assertThat(reason(failure(() -> discard(letters.get(1), "no use"))))
        .isEqualTo("BEHIND_ANOTHER");
    assertThat(reason(failure(() -> discard(letters.get(0), " ")))).isEqualTo("INVALID_ARGUMENT");
    fixTheStudy();
    var given = discard(letters.get(0), "assessed twice");
    assertThat(given.getLetter().getState()).isEqualTo(DeadLetterState.DEAD_LETTER_STATE_DISCARDED);
    assertThat(given.getBehind()).isEqualTo(2);

    get(bad.id, 5);
    assertThat(discard(letters.get(0), "again").getBehind()).isZero();
    assertThat(letter(letters.get(0).getLetterId()).getHistoryList().getLast())
        .extracting(DeadLetterAction::getWho, DeadLetterAction::getNote)
        .containsExactly("ada", "assessed twice");
  }

  @Test
  @DisplayName("A missing event can be skipped, and a parked stream ignored")
  void skipsAndIgnores() {
    EnrollmentStory story = EnrollmentStory.onStudy("gap", "site");
    for (int version : List.of(1, 3, 5)) {
      writer.send(Topics.ENROLLMENT_EVENTS, story.id, version, story.events().get(version - 1));
    }
    writer.flush();
    DeadLetterFilter key =
        DeadLetterFilter.newBuilder().setConsumer("projection").setKey(story.id).build();
    ListDeadLettersRequest letters = ListDeadLettersRequest.newBuilder().setFilter(key).build();
    await().until(() -> stub().listDeadLetters(letters).getTotal() == 2);
    SkipMissingRequest.Builder skip =
        SkipMissingRequest.newBuilder()
            .setConsumer("projection")
            .setTopic(Topics.ENROLLMENT_EVENTS)
            .setKey(story.id)
            .setReason("lost in a failover");

    assertThat(reason(failure(() -> stub().skipMissing(skip.setThroughVersion(3).build()))))
        .isEqualTo("NOT_MISSING");
    assertThat(stub().skipMissing(skip.setThroughVersion(2).build()).getBehind()).isEqualTo(2);
    // The first one follows; the other one waits for another missing event.
    await()
        .untilAsserted(
            () ->
                assertThat(stub().listDeadLetters(letters).getLettersList())
                    .extracting(DeadLetter::getVersion, DeadLetter::getCause)
                    .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                            5L, DeadLetterCause.DEAD_LETTER_CAUSE_GAP)));
    IgnoreStreamRequest ignore =
        IgnoreStreamRequest.newBuilder()
            .setConsumer("projection")
            .setTopic(Topics.ENROLLMENT_EVENTS)
            .setKey(story.id)
            .setReason("a test patient")
            .build();
    assertThat(stub().ignoreStream(ignore).getDiscarded()).isEqualTo(1);

    assertThat(stub().listDeadLetters(letters).getTotal()).isZero();
    assertThat(reason(failure(() -> stub().ignoreStream(ignore)))).isEqualTo("STREAM_NOT_PARKED");
    assertThat(reason(failure(() -> stub().skipMissing(skip.setThroughVersion(5).build()))))
        .isEqualTo("STREAM_NOT_PARKED");
  }

  @Test
  void garbageNeverStopsAPartition() {
    EnrollmentStory story = EnrollmentStory.onStudy("good", "site");
    writer.sendRaw(
        new ProducerRecord<>(
            Topics.ENROLLMENT_EVENTS,
            null,
            story.id.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            new byte[] {1, 2, 3},
            EventEncoding.headers(story.events().getFirst(), 1, java.time.Instant.EPOCH)));
    int partition = writer.flush().getFirst().partition();
    for (int i = 0; i < 100; i++) {
      EnrollmentStory.onStudy("after-garbage", "site").write(writer);
    }
    writer.flush();
    await()
        .untilAsserted(
            () ->
                assertThat(
                        readSide.rows(
                            "select count(*) from projection.enrollment"
                                + " where study_id = 'after-garbage' and version = 5"))
                    .containsExactly("100"));

    DeadLetter garbage =
        stub()
            .listDeadLetters(
                ListDeadLettersRequest.newBuilder()
                    .setFilter(DeadLetterFilter.newBuilder().setKey(story.id))
                    .build())
            .getLetters(0);
    assertThat(garbage.getCause()).isEqualTo(DeadLetterCause.DEAD_LETTER_CAUSE_UNREADABLE);
    assertThat(garbage.getPartition()).isEqualTo(partition);
    GetDeadLetterResponse whole = letter(garbage.getLetterId());
    assertThat(whole.getPayloadJson()).isEmpty();
    assertThat(whole.getDecodeError()).contains("does not begin with 00");
    assertThat(whole.getValue().toByteArray()).containsExactly(1, 2, 3);
  }

  @Test
  void pagesListEveryLetterOnceInOrder() {
    parked();
    parked();
    List<String> ids = new ArrayList<>();
    ListDeadLettersRequest.Builder request =
        ListDeadLettersRequest.newBuilder().setFilter(filter()).setPageSize(4);
    ListDeadLettersResponse page = stub().listDeadLetters(request.build());
    assertThat(page.getTotal()).isEqualTo(2);
    page.getLettersList().forEach(letter -> ids.add(letter.getLetterId()));
    assertThat(page.getNextPageToken()).isEmpty();
    page = stub().listDeadLetters(request.setPageSize(1).build());
    assertThat(
            stub()
                .listDeadLetters(request.setPageToken(page.getNextPageToken()).build())
                .getLetters(0)
                .getLetterId())
        .isEqualTo(ids.get(1));
    assertThat(
            reason(
                failure(
                    () ->
                        stub()
                            .listDeadLetters(
                                request.setFilter(DeadLetterFilter.newBuilder()).build()))))
        .isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    String none = UUID.randomUUID().toString();
    assertThat(reason(failure(() -> letter(none)))).isEqualTo("LETTER_NOT_FOUND");
    assertThat(
            reason(
                failure(
                    () ->
                        stub()
                            .watchRedrive(
                                WatchRedriveRequest.newBuilder().setRedriveId(none).build())
                            .next())))
        .isEqualTo("REDRIVE_NOT_FOUND");
    assertThat(reason(failure(() -> stub().redrive(RedriveRequest.getDefaultInstance()))))
        .isEqualTo("INVALID_ARGUMENT");
  }

  @Test
  void faultToleranceIsMeasured() {
    parked();
    writer.sendUnversioned(Topics.STUDY_EVENTS, study, 1, new StudyActivated(study)).flush();
    await()
        .until(
            () ->
                !readSide
                    .rows("select from projection.applied where key = '%s'".formatted(study))
                    .isEmpty());
    letter(list().getLetters(0).getLetterId());

    assertThat(process.body("/metrics"))
        .containsPattern("ft_retry_calls_total\\{[^}]*ProjectionConsumer.handle")
        .containsPattern("ft_invocations_total\\{[^}]*LetterPayload.decode")
        .containsPattern("ft_circuitbreaker_calls_total\\{[^}]*WriterSchemas.byId");
  }

  /** Versions 3, 4 and 5 of a stream stand. */
  private EnrollmentStory parked() {
    EnrollmentStory story = EnrollmentStory.onStudy(study, "site").write(writer);
    writer.flush();
    await()
        .untilAsserted(
            () ->
                assertThat(
                        readSide.rows(
                            "select count(*) from ops.dead_letters where key = '" + story.id + "'"))
                    .containsExactly("3"));
    return story;
  }

  private void fixTheStudy() {
    readSide.execute("delete from public.bad where study_id = '%s'".formatted(study));
  }

  private DeadLetterFilter filter() {
    return DeadLetterFilter.newBuilder().setConsumer("projection").setError(study).build();
  }

  /**
   * Those whose first letter is of the test's study; found by key, since the others say nothing.
   */
  private ListDeadLettersResponse list() {
    ListDeadLettersResponse first =
        stub().listDeadLetters(ListDeadLettersRequest.newBuilder().setFilter(filter()).build());
    if (first.getLettersCount() == 0) {
      return first;
    }
    return stub()
        .listDeadLetters(
            ListDeadLettersRequest.newBuilder()
                .setFilter(DeadLetterFilter.newBuilder().setKey(first.getLetters(0).getKey()))
                .build());
  }

  private GetDeadLetterResponse letter(String id) {
    return stub().getDeadLetter(GetDeadLetterRequest.newBuilder().setLetterId(id).build());
  }

  private RedriveRequest.Builder dryRun() {
    return RedriveRequest.newBuilder().setDryRun(true).setFilter(filter());
  }

  private RedriveResponse preview() {
    return stub().redrive(dryRun().build());
  }

  private RedriveResponse redrive(RedriveResponse preview, String requestId) {
    return stub()
        .redrive(
            RedriveRequest.newBuilder()
                .setRequestId(requestId)
                .setPreviewToken(preview.getPreviewToken())
                .setRate(1000)
                .build());
  }

  private org.accrual.api.ops.v1.DiscardResponse discard(DeadLetter letter, String reason) {
    return stub()
        .discard(
            DiscardRequest.newBuilder()
                .setLetterId(letter.getLetterId())
                .setReason(reason)
                .build());
  }

  /** As watched to its end. */
  private Redrive finished(String id) {
    Redrive[] last = new Redrive[1];
    stub()
        .watchRedrive(WatchRedriveRequest.newBuilder().setRedriveId(id).build())
        .forEachRemaining(told -> last[0] = told.getRedrive());
    assertThat(last[0].hasFinishTime()).isTrue();
    assertThat(last[0].getPending()).isZero();
    return last[0];
  }

  private void get(String id, long version) {
    process
        .queries()
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .getEnrollment(
            GetEnrollmentRequest.newBuilder()
                .setEnrollmentId(id)
                .setMinConsistencyToken(new ConsistencyToken("enrollment", id, version).encoded())
                .build());
  }

  private String everything() {
    return readSide
        .rows(
            """
            select (select md5(string_agg(l::text, ',' order by letter_id)) from deadletter.letter l),
                   (select count(*) from deadletter.history), (select count(*) from deadletter.redrive),
                   (select count(*) from deadletter.redrive_letter), (select count(*) from outbox.message)
            """)
        .getFirst();
  }

  private DeadLetterServiceBlockingStub stub() {
    Metadata who = new Metadata();
    who.put(Metadata.Key.of(RequestMetadata.ACTOR, Metadata.ASCII_STRING_MARSHALLER), "ada");
    return DeadLetterServiceGrpc.newBlockingStub(process.channel())
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(who))
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static StatusRuntimeException failure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error).isNotNull();
    return error;
  }

  private static String reason(StatusRuntimeException error) {
    try {
      for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class).getReason();
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("no ErrorInfo", error);
  }
}
