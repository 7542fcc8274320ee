package org.accrual.consumers.randomization;

import static org.accrual.consumers.participant.Saga.command;
import static org.accrual.consumers.participant.Saga.ofStudy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.accrual.consumers.participant.Blind;
import org.accrual.consumers.participant.News;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.consumers.participant.Saga;
import org.accrual.consumers.participant.SettableClock;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.event.randomization.AllocationRevealed;
import org.accrual.event.randomization.RandomizationRefused;
import org.accrual.event.randomization.Randomized;
import org.accrual.event.study.StudyActivated;
import org.accrual.intake.Message;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.BlindingKeys;
import org.accrual.runtime.blinding.Seal;
import org.accrual.runtime.blinding.SealBroken;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Batches on the real tables, answers read from the outbox. */
class RandomizationIT {
  private static final SiteKey SITE = new SiteKey("study-1", "site-1");
  private static final Map<String, Integer> ARMS = new TreeMap<>(Map.of("verum", 2, "placebo", 1));
  private static final Map<String, String> F = Map.of("sex", "f");
  private static final Map<String, String> M = Map.of("sex", "m");

  private final ParticipantDatabase database = new ParticipantDatabase();
  private final SettableClock clock = new SettableClock();
  private final BlindingKeys keys = BlindingKeys.make();
  private final Blind blind = new Blind(Seal.of(keys.publicKey()), keys.unseal());
  private final Randomization randomization = new Randomization(clock, new SecureRandom(), blind);

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void anAllocationIsAnsweredSealedToItsPatient() {
    registered();
    Saga saga = Saga.at(SITE);

    Randomized answer = (Randomized) when(randomize(saga, F)).getFirst();

    assertThat(ARMS).containsKey(arm(saga, answer));
    assertThat(UUID.fromString(answer.getAllocationId()).version()).isEqualTo(4);
    assertThat(UUID.fromString(answer.getAllocationId()).variant()).isEqualTo(2);
    assertThatThrownBy(() -> arm(Saga.at(SITE), answer)).isInstanceOf(SealBroken.class);
    assertThat(database.published().getLast().aggregateType()).isEqualTo("randomization.events");
    assertThat(database.published().getLast().key()).isEqualTo("study-1/site-1");
    assertThat(database.published().getLast().headers())
        .containsEntry(Headers.SOURCE, "/accrual/randomization");
  }

  @Test
  void aRepeatedRequestGetsTheSameAnswerInOneBatchAndLater() {
    registered();
    Saga saga = Saga.at(SITE);

    List<SpecificRecord> twice = when(randomize(saga, F), randomize(saga, F));
    clock.pass(Duration.ofHours(1));
    List<SpecificRecord> later = when(randomize(saga, F));

    assertThat(twice).hasSize(2).containsOnly(later.getFirst());
    assertThat(allocations()).hasSize(1);
  }

  @Test
  void aLaterAttemptOfAPatientGetsTheSameAllocationInTheSameStratumOnly() {
    registered();
    Saga first = Saga.at(SITE);
    Saga rescreened = Saga.at(SITE);
    Randomized before = (Randomized) when(patient("P1", first, F)).getFirst();

    List<Randomized> after =
        when(
                patient("P1", first.again(), F),
                patient("P1", rescreened, F),
                patient("P1", rescreened.again(), M),
                patient("P2", Saga.at(SITE), F))
            .stream()
            .map(Randomized.class::cast)
            .toList();

    assertThat(after.stream().map(Randomized::getRandomizationNumber))
        .containsExactly("site-1-0001", "site-1-0001", "site-1-0002", "site-1-0003");
    assertThat(after.stream().limit(2).map(Randomized::getAllocationId))
        .containsOnly(before.getAllocationId());
    assertThat(arm(first.again(), after.get(0))).isEqualTo(arm(first, before));
    assertThat(arm(rescreened, after.get(1))).isEqualTo(arm(first, before));
    assertThat(database.rows("select stratum, drawn from randomization.stratum order by stratum"))
        .containsExactly("{1}|2", "{2}|1");
  }

  @Test
  void centralStrataAreSharedByTheSitesOfAStudy() {
    when(ofStudy(1, News.registered("study-1", ARMS, false)));
    Saga there = Saga.at(new SiteKey("study-1", "site-2"));

    List<SpecificRecord> answers = when(randomize(Saga.at(SITE), F), randomize(there, F));

    assertThat(answers.stream().map(a -> ((Randomized) a).getRandomizationNumber()))
        .containsExactly("site-1-0001", "site-2-0001");
    assertThat(database.rows("select site_id, stratum, drawn from randomization.stratum"))
        .containsExactly("|{1}|2");
  }

  /** The audit consumer stores each answer: the trail shows one schedule, fixed beforehand. */
  @Test
  void eachAnswerCarriesTheCommitmentToTheSchedule() {
    registered();
    String committed =
        database.rows("select encode(commitment, 'hex') from randomization.study").getFirst();

    assertThat(when(randomize(Saga.at(SITE), F), randomize(Saga.at(SITE), M)))
        .extracting(answer -> ((Randomized) answer).getScheduleCommitment())
        .containsOnly(committed);
  }

  /** 2:1 in each stratum; blocks are at most 12, so after 90 no arm is further off than a block. */
  @Test
  void allocationsOfEachStratumKeepTheRatioAndAreNumberedWithoutGaps() {
    registered();
    List<Saga> women = sagas(90);
    List<Saga> men = sagas(90);
    Map<Saga, String> arms = new HashMap<>();
    for (int i = 0; i < 90; i += 10) {
      List<Message> batch = new ArrayList<>();
      for (int j = i; j < i + 10; j++) {
        batch.add(randomize(women.get(j), F));
        batch.add(randomize(men.get(j), M));
      }
      List<SpecificRecord> answers = when(batch.toArray(Message[]::new));
      for (int j = 0; j < 10; j++) {
        arms.put(women.get(i + j), arm(women.get(i + j), (Randomized) answers.get(2 * j)));
        arms.put(men.get(i + j), arm(men.get(i + j), (Randomized) answers.get(2 * j + 1)));
      }
    }

    for (List<Saga> stratum : List.of(women, men)) {
      Map<String, Long> counts =
          stratum.stream()
              .map(arms::get)
              .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
      assertThat(counts.get("verum")).isBetween(54L, 66L);
    }
    assertThat(database.rows("select stratum, drawn from randomization.stratum order by stratum"))
        .containsExactly("{1}|90", "{2}|90");
    assertThat(
            database.rows(
                """
                select stratum, count(*), min(ordinal), max(ordinal), count(distinct patient_id)
                  from randomization.place group by 1 order by 1
                """))
        .containsExactly("{1}|90|1|90|90", "{2}|90|1|90|90");
  }

  @Test
  void aStratumThatTheStudyDoesNotHaveIsRefused() {
    registered();
    Saga saga = Saga.at(SITE);
    RandomizationRefused refused =
        new RandomizationRefused(
            saga.enrollment(), "study-1", "site-1", saga.attempt().number(), "STRATUM_UNKNOWN");

    assertThat(when(randomize(saga, Map.of("sex", "x")), randomize(saga, Map.of("sex", "x"))))
        .containsExactly(refused, refused);
    assertThat(allocations()).isEmpty();
  }

  @Test
  void aStudyNotHeardOfFarEnoughIsWaitedForAtEverySite() {
    Saga here = Saga.at(SITE);
    Saga there = Saga.at(new SiteKey("study-1", "site-2"));
    Saga early = Saga.at(SITE);

    assertThat(when(randomize(here, F, 2), randomize(there, F, 2), randomize(early, M, 1)))
        .isEmpty();
    assertThat(when(ofStudy(1, News.registered("study-1", ARMS))))
        .singleElement()
        .satisfies(answer -> arm(early, (Randomized) answer));
    assertThat(when(ofStudy(2, new StudyActivated("study-1")))).hasSize(2);
    assertThat(database.rows("select 1 from randomization.pending")).isEmpty();
    assertThat(database.rows("select version, arms, ratios from randomization.study"))
        .containsExactly("2|{placebo,verum}|{1,2}");
  }

  @Test
  void aRequestWaitsForItsStudyHoweverLong() {
    Saga saga = Saga.at(SITE);
    when(randomize(saga, F));
    clock.pass(Duration.ofDays(3));

    List<SpecificRecord> answers =
        when(
            ofStudy(1, News.registered("study-1", ARMS)),
            ofStudy(2, new StudyActivated("study-1")));

    assertThat(answers).hasSize(1);
    assertThat(database.rows("select 1 from randomization.pending")).isEmpty();
  }

  @Test
  void anAllocationIsRevealedToWhoAsksAndToNobodyElse() throws Exception {
    registered();
    Saga saga = Saga.at(SITE);
    String arm = arm(saga, (Randomized) when(randomize(saga, F)).getFirst());
    BlindingKeys reader = BlindingKeys.make();
    String ref = unblinded(saga, reader);

    AllocationRevealed answer = (AllocationRevealed) when(reveal(saga, ref, reader)).getFirst();

    byte[] sealed = bytes(answer.getSealedArm());
    assertThat(answer.getRequestRef()).isEqualTo(ref);
    assertThat(reader.unseal().open(sealed, "reveal:" + ref)).isEqualTo(arm);
    assertThatThrownBy(() -> reader.unseal().open(sealed, "reveal:other"))
        .isInstanceOf(SealBroken.class);
    assertThatThrownBy(() -> keys.unseal().open(sealed, "reveal:" + ref))
        .isInstanceOf(SealBroken.class);
  }

  @Test
  @DisplayName("An arm is revealed only for a recorded unblinding of that patient, to that key")
  void revealsNothingWithoutARecordedUnblinding() throws Exception {
    registered();
    Saga saga = Saga.at(SITE);
    Saga other = Saga.at(SITE);
    when(randomize(saga, F), randomize(other, F));
    BlindingKeys reader = BlindingKeys.make();
    String ref = unblinded(saga, reader);

    assertThat(
            when(
                reveal(saga, UUID.randomUUID().toString(), reader),
                reveal(saga, ref, BlindingKeys.make()),
                reveal(other, ref, reader)))
        .isEmpty();
    database.execute("delete from enrollment.unblinding");
    assertThat(when(reveal(saga, ref, reader))).as("the call has ended").isEmpty();
    assertThatThrownBy(() -> question(saga, reader, 7))
        .as("a request needs the event of the unblinding")
        .hasMessageContaining("event_id");
  }

  @Test
  void whatCannotBeRevealedIsNotAnsweredAndHoldsNothingUp() throws Exception {
    registered();
    Saga randomized = Saga.at(SITE);
    Saga unknown = Saga.at(SITE);
    when(randomize(randomized, F));
    BlindingKeys reader = BlindingKeys.make();

    assertThat(
            when(
                reveal(unknown, unblinded(unknown, reader), reader),
                reveal(randomized, unblinded(randomized, reader), reader)))
        .hasSize(1);
  }

  @Test
  void anAllocationIsNeitherChangedNorGivenTwice() {
    registered();
    when(randomize(Saga.at(SITE), F));

    for (String change :
        List.of(
            "delete from randomization.allocation",
            "update randomization.place set patient_id = 'other'",
            "update randomization.study set commitment = sha256('')")) {
      assertThatThrownBy(() -> database.execute(change))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("a schedule or an allocation is never changed");
    }
    assertThatThrownBy(
            () ->
                database.execute(
                    """
                    insert into randomization.place
                    select gen_random_uuid(), study_id, site_id, stratum, ordinal, 'other', 'other'
                      from randomization.place
                    """))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("place_study_id_site_id_stratum_ordinal_key");
  }

  @Test
  @DisplayName("The statistician's command reproduces every allocation and finds what was altered")
  void reproducesTheSchedules() throws Exception {
    registered();
    List<Saga> sagas = sagas(12);
    for (SpecificRecord answer :
        when(sagas.stream().map(saga -> randomize(saga, F)).toArray(Message[]::new))) {
      audited((Randomized) answer);
    }

    assertThat(schedule()).startsWith("0 ").contains("12 allocations, 0 findings");
    assertThat(
            database.rows(
                "select study_id, accessed_by, reason from randomization.schedule_access"))
        .containsExactly("study-1|statistician|interim analysis");

    Saga altered = sagas.getFirst();
    String swapped =
        HexFormat.of().formatHex(Seal.of(keys.publicKey()).seal("planted", altered.allocation()));
    database.execute(
        """
        alter table randomization.allocation disable trigger user;
        update randomization.allocation set sealed_arm = '\\x%s' where enrollment_id = '%s';
        delete from randomization.allocation where enrollment_id = '%s';
        """
            .formatted(swapped, altered.enrollment(), sagas.getLast().enrollment()));

    assertThat(schedule())
        .startsWith("1 ")
        .contains("allocation is of arm planted; differs from the audit trail")
        .contains("the place belongs to no request")
        .contains("3 findings");
  }

  /** Returns the exit code and the output of the command. */
  private String schedule() {
    Map<String, String> settings =
        Map.of(
            "accrual.database.url", database.url(),
            "accrual.database.user", "postgres",
            "accrual.blinding.private-key", Base64.getEncoder().encodeToString(keys.privateKey()));
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8);
    int exit =
        ScheduleCommand.run(
            List.of("schedule", "study-1", "statistician", "interim analysis"),
            Settings.of(name -> Optional.ofNullable(settings.get(name))),
            out,
            out);
    return exit + " " + output.toString(StandardCharsets.UTF_8);
  }

  /** Stores an answer as the audit consumer does. */
  private void audited(Randomized answer) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes(answer.getSealedArm()));
    database.execute(
        """
        insert into audit.entry
        select 'study-1', coalesce(max(position), 0) + 1, gen_random_uuid(), 'accrual.randomization.events',
               'study-1/site-1', 0, 'accrual.randomization.randomized.v1', '%s', '', 'asserted', now(), now(), '',
               '', '', json_build_object('attempt', %d, 'allocation_id', '%s', 'randomization_number', '%s',
               'schedule_commitment', '%s', 'sealed_arm', 'sha256:%s'), sha256('') from audit.entry
        """
            .formatted(
                answer.getEnrollmentId(),
                answer.getAttempt(),
                answer.getAllocationId(),
                answer.getRandomizationNumber(),
                answer.getScheduleCommitment(),
                HexFormat.of().formatHex(digest)));
  }

  @Test
  void aDesignThatWasAlteredAfterItsRegistrationIsNotFollowed() throws Exception {
    registered();
    database.execute("update randomization.study set ratios = '{1,1}'");

    assertThatThrownBy(() -> when(randomize(Saga.at(SITE), F)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("differs from its commitment");
    assertThat(allocations()).isEmpty();
  }

  /** As while a redeployment overlaps. */
  @Test
  void twoAtOnceNeitherMissNewsNorGiveAnythingTwice() throws Exception {
    List<Saga> sagas = sagas(40);
    try (ExecutorService several = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < sagas.size(); i++) {
        Saga saga = sagas.get(i);
        Stream.of(1, 2).forEach(t -> running.add(several.submit(() -> apply(randomize(saga, F)))));
        if (i == 15) {
          Message news = ofStudy(1, News.registered("study-1", ARMS));
          running.add(several.submit(() -> apply(news)));
        }
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(database.rows("select 1 from randomization.pending")).isEmpty();
    assertThat(
            database.rows(
                "select count(*), max(ordinal), count(distinct patient_id)"
                    + " from randomization.place"))
        .containsExactly("40|40|40");
  }

  private void apply(Message message) {
    try (Connection connection = database.source().getConnection()) {
      new Randomization(clock, new SecureRandom(), blind).apply(connection, List.of(message));
      connection.commit();
    } catch (SQLException failed) {
      throw new AssertionError(failed.getMessage(), failed);
    }
  }

  private void registered() {
    when(ofStudy(1, News.registered("study-1", ARMS)));
  }

  private List<SpecificRecord> when(Message... messages) {
    return database.apply(randomization, messages);
  }

  private Message randomize(Saga saga, Map<String, String> strata) {
    return randomize(saga, strata, 1);
  }

  private Message randomize(Saga saga, Map<String, String> strata, long studyVersion) {
    return randomizationCommand(saga.randomize(strata, studyVersion));
  }

  private Message patient(String patient, Saga saga, Map<String, String> strata) {
    return randomizationCommand(saga.randomize(patient, strata, 1));
  }

  private static Message reveal(Saga saga, String ref, BlindingKeys reader) {
    return randomizationCommand(saga.reveal(ref, reader.publicKey()));
  }

  /** Records an unblinding as enrollment-core does; returns the reference of its request. */
  private String unblinded(Saga saga, BlindingKeys reader) throws SQLException {
    database.execute(
        """
        insert into enrollment.study_head values
          ('study-1', 'active', 't', '[]', '[]', 9, 1, now(), now()) on conflict do nothing;
        insert into enrollment.site_head values ('study-1', 'site-1', true, 4, 'UTC', 1)
          on conflict do nothing;
        insert into enrollment.attempt values
          ('%1$s', 'study-1', 'P-%1$s', 'site-1', 1, null, 'live');
        insert into enrollment.event values ('enrollment', '%1$s', 1, gen_random_uuid(),
          'accrual.enrollment.unblinded.v1', 1, '', '{}', now());
        """
            .formatted(saga.enrollment()));
    return question(saga, reader, 1);
  }

  private String question(Saga saga, BlindingKeys reader, long version) throws SQLException {
    String ref = UUID.randomUUID().toString();
    database.execute(
        "select enrollment.ask_arm('%s', '%s', %d, '\\x%s', now())"
            .formatted(
                ref, saga.enrollment(), version, HexFormat.of().formatHex(reader.publicKey())));
    return ref;
  }

  private static Message randomizationCommand(SpecificRecord body) {
    return command(Topics.RANDOMIZATION_COMMANDS, body);
  }

  private String arm(Saga saga, Randomized answer) {
    return keys.unseal().open(bytes(answer.getSealedArm()), saga.allocation());
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private List<String> allocations() {
    return database.rows("select enrollment_id from randomization.allocation");
  }

  private static List<Saga> sagas(int count) {
    return IntStream.range(0, count).mapToObj(i -> Saga.at(SITE)).toList();
  }
}
