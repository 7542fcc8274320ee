package org.accrual.core.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.core.domain.StateTables.Machine;
import org.accrual.core.domain.enrollment.EnrollmentCommand;
import org.accrual.core.domain.enrollment.EnrollmentDecider;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentFixtures;
import org.accrual.core.domain.enrollment.EnrollmentFold;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.saga.SagaFixtures;
import org.accrual.core.domain.saga.SagaInput;
import org.accrual.core.domain.saga.SagaRun;
import org.accrual.core.domain.saga.SagaStep;
import org.accrual.core.domain.saga.SagaTurn;
import org.accrual.core.domain.site.KitFixtures;
import org.accrual.core.domain.site.KitState;
import org.accrual.core.domain.site.SiteCommand;
import org.accrual.core.domain.site.SiteDecider;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteFacts;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.LiveEnrollments;
import org.accrual.core.domain.study.StudyCommand;
import org.accrual.core.domain.study.StudyDecider;
import org.accrual.core.domain.study.StudyEvent;
import org.accrual.core.domain.study.StudyFixtures;
import org.accrual.core.domain.study.StudyState;
import org.junit.jupiter.api.Test;

/** STATES.md says what the deciders do. {@code -Dstates=write} writes it anew. */
class StatesTest {
  private static final Path FILE = Path.of("STATES.md");

  @Test
  void theStatesThatAreWrittenDownAreTheDeciders() throws IOException {
    String states = states();
    if ("write".equals(System.getProperty("states"))) {
      Files.writeString(FILE, states);
    }
    assertThat(Files.readString(FILE))
        .as("STATES.md; run this test with -Dstates=write and look at what has changed")
        .isEqualTo(states);
  }

  /** Diagrams are drawn where a reader begins, too; taken over by hand when this test says so. */
  @Test
  void theReadmeDrawsTheSameDiagrams() throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    List<String> diagrams =
        Pattern.compile("```mermaid\n.*?```", Pattern.DOTALL)
            .matcher(states())
            .results()
            .map(MatchResult::group)
            .toList();
    assertThat(diagrams).hasSize(5).allSatisfy(diagram -> assertThat(readme).contains(diagram));
  }

  private static String states() {
    return new StateTables()
        .text("# State machines of the write side")
        .text(
            "Written by `StatesTest` from the deciders' own answers, and compared with them in"
                + " every build. A column is a state, a row a command or an input, a cell the state"
                + " that it leads to; `·` means that it is refused, or that nothing comes of it.")
        .text("## Study")
        .machine(studies())
        .text("## Site of a study")
        .machine(sites())
        .text("## Kit of a site")
        .text(
            "As the site records it. Held, allocated and dispensed kits are `received` here. ReceiveKits"
                + " is accepted again at the same site only, ReturnKit for the enrollment that was"
                + " confirmed with the kit only.")
        .machine(kits())
        .text("## Enrollment: commands")
        .text(
            "Of an active study at an active site, and of the patient's latest attempt."
                + " EnrollPatient carries consent and assessment here; without them it needs what"
                + " is recorded. RescreenPatient starts an enrollment of its own, in `screening`;"
                + " ReverseWithdrawal goes back to where the enrollment stood. In FHIR's terms"
                + " `screening`, `consented` are screening; `pending-on-study`,"
                + " `compensating` are pending-on-study.")
        .machine(enrollments())
        .text("## Enrollment: the saga")
        .text(
            "What a run waits for, and what comes of each answer, of silence (`Repeat`) and of"
                + " CancelOperation (`Stop`). `confirmed`, `rejected` and `given back` end the"
                + " run. `Repeat` sends the step's command again, for as long as it takes.")
        .machine(saga())
        .text("What is asked of the participants, and what is recorded, on the way:")
        .text(turns())
        .toString();
  }

  private static Machine studies() {
    Machine machine = new Machine();
    StudyFixtures.histories()
        .forEach(
            (state, history) -> {
              StudyState current = StudyState.initial();
              for (StudyEvent event : history) {
                current = current.apply(event);
              }
              for (StudyCommand command : StudyFixtures.commands()) {
                StudyState next = current;
                Decision<StudyEvent> decision =
                    StudyDecider.decide(command, current, LiveEnrollments.NONE);
                if (decision instanceof Decision.Accepted<StudyEvent>(List<StudyEvent> events)) {
                  for (StudyEvent event : events) {
                    next = next.apply(event);
                  }
                }
                machine.add(
                    name(state, StudyState.Unregistered.class),
                    command.getClass().getSimpleName(),
                    decision instanceof Decision.Accepted<?> ? name(next.getClass(), null) : "");
              }
            });
    return machine;
  }

  private static Machine sites() {
    SiteId site = new SiteId("S1", "V1");
    ZoneId zone = ZoneId.of("UTC");
    List<SiteCommand> commands =
        List.of(
            new SiteCommand.Activate(site, 5, zone),
            new SiteCommand.ChangeCapacity(site, 5),
            new SiteCommand.Deactivate(site, "audit"),
            KitFixtures.commands().getFirst());
    SiteFacts facts =
        new SiteFacts(new StudyState.Active(StudyFixtures.DESIGN), Map.of(), Optional.empty());
    Machine machine = new Machine();
    for (SiteState state :
        List.of(
            SiteState.initial(), new SiteState.Active(5, zone), new SiteState.Inactive(5, zone))) {
      for (SiteCommand command : commands) {
        SiteState next = state;
        Decision<SiteEvent> decision = SiteDecider.decide(command, state, facts);
        if (decision instanceof Decision.Accepted<SiteEvent>(List<SiteEvent> events)) {
          for (SiteEvent event : events) {
            next = next.apply(event);
          }
        }
        machine.add(
            name(state.getClass(), SiteState.Unknown.class),
            command.getClass().getSimpleName(),
            decision instanceof Decision.Accepted<?> ? name(next.getClass(), null) : "");
      }
    }
    return machine;
  }

  private static Machine kits() {
    Machine machine = new Machine();
    Stream.concat(
            Stream.of(Optional.<KitState>empty()), Stream.of(KitState.values()).map(Optional::of))
        .forEach(
            state ->
                KitFixtures.commands()
                    .forEach(
                        command ->
                            machine.add(
                                state.map(KitState::code).orElse("(unknown)"),
                                command.getClass().getSimpleName(),
                                next(
                                    SiteDecider.decide(
                                        command,
                                        new SiteState.Active(5, ZoneId.of("UTC")),
                                        KitFixtures.facts(state))))));
    return machine;
  }

  private static String next(Decision<SiteEvent> decision) {
    return decision instanceof Decision.Accepted<SiteEvent>(List<SiteEvent> events)
        ? KitFixtures.state(events.getFirst()).code()
        : "";
  }

  private static Machine enrollments() {
    Machine machine = new Machine();
    EnrollmentFixtures.histories()
        .forEach(
            (state, history) -> {
              EnrollmentState current = EnrollmentFixtures.state(history);
              EnrollmentFixtures.namedCommands()
                  .forEach(
                      (name, command) ->
                          machine.add(
                              name(state, EnrollmentState.Candidate.class),
                              name,
                              next(current, command)));
            });
    return machine;
  }

  @Test
  void everyCommandHasItsRow() {
    assertThat(
            EnrollmentFixtures.namedCommands().values().stream()
                .map(Object::getClass)
                .collect(Collectors.toSet()))
        .isEqualTo(Set.of(EnrollmentCommand.class.getPermittedSubclasses()));
  }

  private static String next(EnrollmentState state, EnrollmentCommand command) {
    Decision<EnrollmentEvent> decision =
        EnrollmentDecider.decide(
            command, state, EnrollmentFixtures.facts(state), EnrollmentFixtures.NOW);
    return switch (decision) {
      case Decision.Refused<EnrollmentEvent> _ -> "";
      // The next attempt begins; this one stays as it has ended.
      case Decision.Accepted<EnrollmentEvent> _
          when command instanceof EnrollmentCommand.Rescreen ->
          name(state.getClass(), null);
      case Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events) ->
          name(EnrollmentFold.fold(state, events).getClass(), null);
    };
  }

  private static Machine saga() {
    Machine machine = new Machine();
    for (SagaStep step : SagaStep.values()) {
      for (SagaInput input : SagaFixtures.inputs()) {
        SagaTurn turn = SagaFixtures.decide(step, input);
        machine.add(step.code(), name(input), changes(step, turn) ? end(turn) : "");
      }
    }
    return machine;
  }

  private static boolean changes(SagaStep step, SagaTurn turn) {
    return !turn.run().equals(java.util.Optional.of(SagaFixtures.run(step)));
  }

  private static String end(SagaTurn turn) {
    if (turn.run().isPresent()) {
      return turn.run().map(SagaRun::step).map(SagaStep::code).orElseThrow();
    }
    if (turn.events().isEmpty()) {
      return "given back";
    }
    return turn.events().getLast() instanceof EnrollmentEvent.EnrollmentConfirmed
        ? "confirmed"
        : "rejected";
  }

  private static String turns() {
    StringBuilder rows =
        new StringBuilder("| step | input | recorded | asked |\n|---|---|---|---|\n");
    for (SagaStep step : SagaStep.values()) {
      Map<String, String> said = new LinkedHashMap<>();
      for (SagaInput input : SagaFixtures.inputs()) {
        SagaTurn turn = SagaFixtures.decide(step, input);
        if (!turn.events().isEmpty() || !turn.commands().isEmpty()) {
          said.merge(
              "%s | %s".formatted(names(turn.events()), names(turn.commands())),
              name(input),
              (a, b) -> a + ", " + b);
        }
      }
      said.forEach(
          (what, inputs) -> rows.append("| %s | %s | %s |\n".formatted(step.code(), inputs, what)));
    }
    return rows.toString().stripTrailing();
  }

  private static String names(List<?> parts) {
    return parts.stream().map(p -> p.getClass().getSimpleName()).collect(Collectors.joining(", "));
  }

  private static String name(SagaInput input) {
    return input instanceof SagaInput.Answered(_, var answer)
        ? answer.getClass().getSimpleName()
        : input.getClass().getSimpleName();
  }

  /** In kebab case; in brackets where nothing has happened yet. */
  private static String name(Class<?> state, Class<?> initial) {
    String kebab =
        state.getSimpleName().replaceAll("(?<=.)(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    return state == initial ? "(" + kebab + ")" : kebab;
  }
}
