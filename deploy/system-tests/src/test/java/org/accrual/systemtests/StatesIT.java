package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.accrual.api.enrollment.v1.Enrollment;
import org.accrual.api.query.v1.GetEnrollmentRequest;
import org.accrual.local.Stack;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Every command in every state of an enrollment, through gRPC, as {@code STATES.md} has it; then
 * the write side's answers and events are compared with projection, history, analytics and audit.
 */
class StatesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int CLIENTS = 8;
  private static final String CANDIDATE = "(candidate)";

  /** The saga is under way: only while the participants stand still can commands meet it. */
  private static final Set<String> IN_SAGA = Set.of("pending-on-study", "compensating");

  /** Final, since randomization would refuse the same strata again. */
  private static final String NOT_REGISTERED = "not-registered";

  /** Written as randomization writes it: outbox.publish refuses to publish for a participant. */
  private static final String REFUSE_RANDOMIZATION =
      """
      insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
      select id, 'randomization.events', ? || '/S1', 'accrual.randomization.randomization-refused.v1',
             convert_to(jsonb_build_object('enrollment_id', ?::text, 'study_id', ?::text, 'site_id', 'S1', 'attempt', 1,
                                           'reason', 'STRATUM_UNKNOWN')::text, 'UTF8'),
             jsonb_build_object('ce_correlationid', id::text, 'datacontenttype', 'application/json')
        from uuidv7() id
      returning id
      """;

  private static final String SAGAS =
      """
      select s.enrollment_id::text, s.step
        from enrollment.saga s join enrollment.attempt a using (enrollment_id) where a.study_id = ?
      """;
  private static final String STORED =
      """
      select e.stream_id, e.version, e.type from enrollment.event e
        join enrollment.attempt a on e.stream_type = 'enrollment' and e.stream_id = a.enrollment_id::text
       where a.study_id = ?
      """;
  private static final String EVENTS =
      """
      select enrollment_id::text, version, event_type
        from projection.enrollment_history join enrollment.attempt using (enrollment_id) where study_id = ?
      """;
  private static final String STORED_WITH_TOPIC =
      """
      select 'accrual.' || stream_type || '.events', stream_id, version, type from enrollment.event
       where (stream_type = 'study' and stream_id = ?)
          or (stream_type = 'site' and stream_id = ? || '/S1')
          or (stream_type = 'enrollment'
              and stream_id in (select enrollment_id::text from enrollment.attempt where study_id = ?))
      """;
  private static final String AUDITED =
      "select topic, key, version, type from audit.entry where study_id = ? and version > 0";

  private static final Set<Code> REFUSALS = Set.of(Code.FAILED_PRECONDITION, Code.ALREADY_EXISTS);

  private final TestStack stack = TestStack.shared();
  private final String study =
      "STATES-" + Long.toString(System.nanoTime(), 36).toUpperCase(Locale.ROOT);
  private final StateTable table = StateTable.under("Enrollment: commands");

  /** The state that each enrollment must have in the end, in FHIR's terms, by its id. */
  private final Map<String, String> expected = new ConcurrentHashMap<>();

  /** The last answer of a command about each enrollment, to be compared with the query's. */
  private final Map<String, Enrollment> answers = new ConcurrentHashMap<>();

  private record Case(String state, String command, String patient, String enrollment) {}

  @Test
  @DisplayName("Each command in each state leads where STATES.md says, on both sides")
  void everyCommandInEveryStateLeadsWhereTheTableSays() throws Exception {
    List<Case> inSaga = cases(IN_SAGA::contains);
    List<Case> notRegistered = cases(NOT_REGISTERED::equals);
    List<Case> others = cases(state -> !IN_SAGA.contains(state) && !state.equals(NOT_REGISTERED));
    int patients = inSaga.size() + notRegistered.size() + others.size();
    // All cells; of a candidate, who has no enrollment to name, only the two that are accepted.
    assertThat(patients).isEqualTo(table.cells().size() * (table.states().size() - 1) + 2);
    try (SiteClient client = stack.client()) {
      client.openSite(study, "S1", patients);
      StateDriver driver = new StateDriver(client, study);

      together(together(others, each -> bring(driver, each)), each -> send(driver, each));
      together(refusedByRandomization(driver, notRegistered), each -> send(driver, each));

      long consumers = stack.stop(Stack.CONSUMERS);
      try {
        together(together(inSaga, each -> bring(driver, each)), each -> send(driver, each));
      } finally {
        TestStack.goOn(consumers);
      }

      assertBothSidesAgree();
      int compared = 0;
      for (Map.Entry<String, String> enrollment : expected.entrySet()) {
        Enrollment queried = queried(client, enrollment.getKey());
        assertThat(fhir(queried)).isEqualTo(enrollment.getValue());
        Enrollment answer = answers.get(enrollment.getKey());
        if (answer != null && answer.getVersion() == queried.getVersion()) {
          assertThat(queried).isEqualTo(answer);
          compared++;
        }
      }
      assertThat(compared).isGreaterThan(20);
    }
  }

  /** Returns a patient for each command in each state; a candidate has no enrollment to name. */
  private List<Case> cases(Predicate<String> states) {
    List<Case> cases = new ArrayList<>();
    for (String state : table.states()) {
      if (states.test(state)) {
        for (String command : table.cells().keySet()) {
          if (!state.equals(CANDIDATE) || !table.refuses(command, state)) {
            String patient = "P-%s-%d".formatted(state.replaceAll("\\W", ""), cases.size());
            cases.add(new Case(state, command, patient, ""));
          }
        }
      }
    }
    return cases;
  }

  /**
   * Brings patients to not-registered. enrollment-core's own check of the strata leaves
   * randomization nothing to refuse, so it is held up, and the test answers in its place.
   */
  private List<Case> refusedByRandomization(StateDriver driver, List<Case> cases) throws Exception {
    awaitRows(SAGAS, List.of());
    try (Connection connection = DriverManager.getConnection(stack.jdbc(), "postgres", "");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("lock table randomization.allocation in access exclusive mode");
      List<Case> requested = new ArrayList<>();
      for (Case each : cases) {
        String id = driver.bring(each.patient(), "pending-on-study");
        expected.put(id, NOT_REGISTERED);
        requested.add(new Case(each.state(), each.command(), each.patient(), id));
      }
      awaitRows(SAGAS, requested.stream().map(each -> each.enrollment() + "|randomize").toList());
      requested.forEach(
          each -> stack.evidence().rows(REFUSE_RANDOMIZATION, study, each.enrollment(), study));
      awaitRows(SAGAS, List.of());
      connection.rollback();
      return requested;
    }
  }

  private Case bring(StateDriver driver, Case each) {
    if (each.state().equals(CANDIDATE)) {
      return each;
    }
    String id = driver.bring(each.patient(), each.state());
    expected.put(id, inTheEnd(each.state()));
    return new Case(each.state(), each.command(), each.patient(), id);
  }

  private Case send(StateDriver driver, Case each) {
    boolean refused = table.refuses(each.command(), each.state());
    String after = table.after(each.command(), each.state());
    Optional<Enrollment> answer = answer(driver, each);

    assertThat(answer.isEmpty()).as("%s is refused", each).isEqualTo(refused);
    if (answer.isEmpty()) {
      return each;
    }
    String id = answer.get().getEnrollmentId();
    if (each.command().equals("RescreenPatient")) {
      // Makes an enrollment of its own; the one before stays.
      after = "screening";
    }
    assertThat(id.equals(each.enrollment()))
        .as("%s changes the enrollment itself", each)
        .isEqualTo(!each.state().equals(CANDIDATE) && !each.command().equals("RescreenPatient"));
    expected.put(id, inTheEnd(after));
    if (!each.command().equals("EnrollPatient")) {
      assertThat(fhir(answer.get())).as("answer to %s", each).isEqualTo(inTheEnd(after));
      answers.put(id, answer.get());
    }
    return each;
  }

  private static Optional<Enrollment> answer(StateDriver driver, Case each) {
    try {
      return Optional.of(driver.answer(each.command(), each.patient(), each.enrollment()));
    } catch (StatusRuntimeException e) {
      assertThat(e.getStatus().getCode()).as("%s: %s", each, e.getMessage()).isIn(REFUSALS);
      return Optional.empty();
    }
  }

  private void assertBothSidesAgree() {
    Map<String, Integer> counts = new TreeMap<>();
    expected.values().forEach(state -> counts.merge(state, 1, Integer::sum));
    awaitRows(
        "select enrollment_id::text, state from projection.enrollment where study_id = ?",
        lines(expected));
    awaitRows(
        "select enrollment_id::text, state from analytics.enrollment where study_id = ?",
        lines(expected));
    awaitRows(
        """
        select state, sum(enrollments) from analytics.standing where study_id = ? and enrollments > 0 group by 1
        """,
        lines(counts));
    awaitRows(
        """
        select distinct on (enrollment_id) enrollment_id::text, h.state
          from projection.enrollment_history h join enrollment.attempt using (enrollment_id)
         where study_id = ? order by enrollment_id, h.version desc
        """,
        lines(expected));
    // Refused commands have made no enrollment, and each event has arrived once, in its order.
    awaitRows(
        "select enrollment_id::text from enrollment.attempt where study_id = ?", expected.keySet());
    awaitRows(EVENTS, stack.evidence().rows(STORED, study));
    awaitRows(AUDITED, stack.evidence().rows(STORED_WITH_TOPIC, study, study, study));
    long onStudy =
        expected.values().stream().filter(Set.of("on-study", "follow-up")::contains).count();
    await().atMost(LIMIT).untilAsserted(() -> stack.balance().check(study, onStudy));
  }

  private void awaitRows(String sql, Collection<String> rows) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(stack.evidence().rows(sql, study))
                    .as(sql)
                    .containsExactlyInAnyOrderElementsOf(rows));
  }

  private static List<String> lines(Map<String, ?> map) {
    return map.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).toList();
  }

  /** Returns the state once no saga is running, in FHIR's terms. */
  private static String inTheEnd(String state) {
    return switch (state) {
      case "consented" -> "screening";
      case "pending-on-study" -> "on-study";
      // Cancelled, which is no reason against another request.
      case "compensating" -> "eligible";
      default -> state;
    };
  }

  private static Enrollment queried(SiteClient client, String id) {
    return client
        .queries()
        .getEnrollment(GetEnrollmentRequest.newBuilder().setEnrollmentId(id).build())
        .getEnrollment();
  }

  private static String fhir(Enrollment enrollment) {
    return enrollment
        .getState()
        .name()
        .replace("ENROLLMENT_STATE_", "")
        .toLowerCase(Locale.ROOT)
        .replace('_', '-');
  }

  private static List<Case> together(List<Case> cases, UnaryOperator<Case> step) throws Exception {
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<Case>> running =
          cases.stream().map(each -> clients.submit(() -> step.apply(each))).toList();
      List<Case> done = new ArrayList<>();
      for (Future<Case> one : running) {
        done.add(one.get(2, TimeUnit.MINUTES));
      }
      return done;
    }
  }
}
