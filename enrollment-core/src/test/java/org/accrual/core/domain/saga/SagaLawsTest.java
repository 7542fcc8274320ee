package org.accrual.core.domain.saga;

import static org.accrual.core.domain.enrollment.EnrollmentFixtures.BY;
import static org.accrual.core.domain.enrollment.EnrollmentFixtures.CONSENT;
import static org.accrual.core.domain.enrollment.EnrollmentFixtures.ELIGIBLE;
import static org.accrual.core.domain.enrollment.EnrollmentFixtures.NOW;
import static org.accrual.core.domain.enrollment.EnrollmentFixtures.facts;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.enrollment.EnrollmentCommand;
import org.accrual.core.domain.enrollment.EnrollmentDecider;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.CompensationStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentFold;
import org.accrual.core.domain.enrollment.EnrollmentState;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;
import org.accrual.core.domain.enrollment.OffStudyCause;
import org.accrual.core.domain.enrollment.Subject;

/**
 * What holds for every run, whatever is late, lost, repeated, out of order, refused, cancelled or
 * withdrawn on the way. A seed drives everything, so that a failure can be reproduced.
 */
class SagaLawsTest {
  private static final int PATIENTS = 4;

  /** One site with some patients, its participants, and what is on its way between them. */
  private static final class World {
    private final Random random;
    private final Participants participants;
    private final List<Patient> patients = new ArrayList<>();
    private final List<Runnable> onTheWay = new ArrayList<>();
    private final boolean losesAndRepeats;

    World(long seed, int capacity, int kits, boolean losesAndRepeats) {
      this.random = new Random(seed);
      this.participants = new Participants(capacity, kits);
      this.losesAndRepeats = losesAndRepeats;
      for (int i = 0; i < PATIENTS; i++) {
        patients.add(new Patient(i));
      }
    }

    private final class Patient {
      private final int index;
      private final Subject subject;
      private final List<EnrollmentEvent> stream = new ArrayList<>();
      private EnrollmentState state = EnrollmentState.initial();
      private Optional<SagaRun> run = Optional.empty();

      Patient(int index) {
        this.index = index;
        this.subject = new Subject(new UUID(0, index), "S1", "V1", "P" + index);
      }

      void enroll() {
        command(
            new EnrollmentCommand.Enroll(subject, BY, Optional.of(CONSENT), Optional.of(ELIGIBLE)));
        if (state instanceof PendingOnStudy requested && run.isEmpty()) {
          goOn(SagaDecider.begin(requested, 1, 1));
        }
      }

      void leave(EnrollmentCommand command) {
        boolean before = state instanceof OffStudy;
        boolean pending = state instanceof EnrollmentState.Pending;
        command(command);
        if (pending && state instanceof EnrollmentState.Withdrawn) {
          goOn(SagaDecider.withdrawn(run.orElseThrow()));
        }
        if (state instanceof OffStudy off && !before) {
          goOn(SagaDecider.giveBack(off));
        }
      }

      private void command(EnrollmentCommand command) {
        if (EnrollmentDecider.decide(command, state, facts(state), NOW)
            instanceof Decision.Accepted<EnrollmentEvent>(List<EnrollmentEvent> events)) {
          happened(events);
        }
      }

      void take(SagaInput input) {
        goOn(SagaDecider.decide(input, state, run));
      }

      private void goOn(SagaTurn turn) {
        happened(turn.events());
        run = turn.run();
        turn.commands().forEach(command -> send(() -> deliver(command)));
      }

      private void deliver(ParticipantCommand command) {
        participants
            .take(index, command)
            .ifPresent(
                answer -> send(() -> take(new SagaInput.Answered(command.attempt(), answer))));
      }

      private void happened(List<EnrollmentEvent> events) {
        stream.addAll(events);
        state = EnrollmentFold.fold(state, events);
      }
    }

    private void send(Runnable message) {
      onTheWay.add(message);
      if (losesAndRepeats && random.nextInt(4) == 0) {
        onTheWay.add(message);
      }
    }

    /** Something that is on its way arrives, in any order, or is lost. */
    private void arrive() {
      if (!onTheWay.isEmpty()) {
        Runnable message = onTheWay.remove(random.nextInt(onTheWay.size()));
        if (!losesAndRepeats || random.nextInt(8) != 0) {
          message.run();
        }
      }
    }

    void step() {
      Patient patient = patients.get(random.nextInt(PATIENTS));
      switch (random.nextInt(17)) {
        case 0, 1 -> patient.enroll();
        case 2 -> patient.take(new SagaInput.Stop("CANCELLED"));
        case 3 -> patient.leave(new EnrollmentCommand.Withdraw("moved", BY));
        case 4 ->
            patient.leave(new EnrollmentCommand.TakeOffStudy(OffStudyCause.COMPLETED, "done", BY));
        case 5 -> repeat();
        case 6 -> participants.randomizes(random.nextInt(3) != 0);
        case 7 -> patient.take(new SagaInput.Stop(RejectionReason.ENROLLMENT_EXPIRED));
        default -> arrive();
      }
    }

    void repeat() {
      patients.forEach(p -> p.take(new SagaInput.Repeat()));
    }

    /** Nobody asks for anything more, and what is sent arrives in the end: repetition wins. */
    void settle() {
      for (int i = 0; i < 10_000; i++) {
        if (patients.stream().allMatch(p -> p.run.isEmpty()) && onTheWay.isEmpty()) {
          return;
        }
        if (onTheWay.isEmpty()) {
          repeat();
        } else {
          arrive();
        }
      }
      throw new AssertionError("runs that do not end");
    }
  }

  private static World settled(long seed, int capacity, int kits, int steps, boolean faults) {
    World world = new World(seed, capacity, kits, faults);
    for (int i = 0; i < steps; i++) {
      world.step();
      assertThat(world.participants.kitsBalance()).isTrue();
      assertThat(world.participants.slotsTaken()).isLessThanOrEqualTo(capacity);
    }
    world.settle();
    return world;
  }

  @Property
  void everyRunEndsAndWhatIsTakenIsWhatPatientsHave(
      @ForAll long seed,
      @ForAll @IntRange(max = 5) int capacity,
      @ForAll @IntRange(max = 5) int kits,
      @ForAll @IntRange(max = 300) int steps) {
    World world = settled(seed, capacity, kits, steps, true);
    long slots = 0;
    long allocated = 0;
    for (World.Patient patient : world.patients) {
      assertThat(patient.state).isNotInstanceOf(EnrollmentState.Pending.class);
      if (patient.state instanceof Registered registered) {
        var key = new Participants.Key(patient.index, registered.attempt());
        assertThat(world.participants.hasSlot(key)).isEqualTo(!(registered instanceof OffStudy));
        assertThat(world.participants.hasKit(key)).isTrue();
        slots += registered instanceof OffStudy ? 0 : 1;
        allocated++;
      }
    }
    // No slot lost, no kit lost, none given twice: nobody else has any.
    assertThat(world.participants.slotsTaken()).isEqualTo(slots);
    assertThat(world.participants.kitsTaken()).isEqualTo(allocated);
    assertThat(world.participants.kitsBalance()).isTrue();
  }

  @Property
  void everyRequestHasOneEndAndACompensationOnlyOne(
      @ForAll long seed, @ForAll @IntRange(max = 300) int steps) {
    for (World.Patient patient : settled(seed, 2, 2, steps, true).patients) {
      int open = 0;
      boolean compensating = false;
      for (EnrollmentEvent event : patient.stream) {
        switch (event) {
          case EnrollmentRequested _ -> {
            open++;
            compensating = false;
          }
          case CompensationStarted _ -> {
            assertThat(compensating).isFalse();
            compensating = true;
          }
          case EnrollmentConfirmed _ -> {
            assertThat(compensating).as("confirmed after compensation began").isFalse();
            open--;
          }
          case EnrollmentRejected _ -> open--;
          default -> {}
        }
        assertThat(open).isBetween(0, 1);
      }
      assertThat(open).isZero();
    }
  }

  @Property
  void nobodyIsRejectedButForARefusalAnExpiryACancellationOrAWithdrawal(
      @ForAll long seed, @ForAll @IntRange(max = 300) int steps) {
    for (World.Patient patient : settled(seed, 2, 2, steps, true).patients) {
      assertThat(patient.stream)
          .allSatisfy(
              event -> {
                if (event instanceof EnrollmentRejected rejected) {
                  assertThat(rejected.reason())
                      .isIn(
                          "SITE_CAPACITY_EXHAUSTED",
                          "KITS_EXHAUSTED",
                          "STRATUM_UNKNOWN",
                          "CANCELLED",
                          "ENROLLMENT_EXPIRED",
                          "PATIENT_WITHDRAWN");
                }
              });
    }
  }

  @Property
  void withoutFaultsWhoeverFindsRoomIsConfirmed(
      @ForAll long seed, @ForAll @IntRange(max = PATIENTS) int room) {
    World world = new World(seed, room, PATIENTS, false);
    world.patients.forEach(World.Patient::enroll);
    world.settle();
    long confirmed =
        world.patients.stream().filter(p -> p.state instanceof EnrollmentState.OnStudy).count();
    assertThat(confirmed).isEqualTo(room);
    assertThat(world.participants.slotsTaken()).isEqualTo(room);
    assertThat(world.participants.kitsTaken()).isEqualTo(room);
  }
}
