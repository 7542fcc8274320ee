package org.accrual.core.domain.enrollment;

import java.util.List;
import org.accrual.core.domain.enrollment.EnrollmentEvent.CompensationStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.ConsentRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityCorrected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EligibilityRecorded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRejected;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentRequested;
import org.accrual.core.domain.enrollment.EnrollmentEvent.FollowUpStarted;
import org.accrual.core.domain.enrollment.EnrollmentEvent.KitAllocated;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientScreened;
import org.accrual.core.domain.enrollment.EnrollmentEvent.PatientWithdrawn;
import org.accrual.core.domain.enrollment.EnrollmentEvent.Randomized;
import org.accrual.core.domain.enrollment.EnrollmentEvent.SlotReserved;
import org.accrual.core.domain.enrollment.EnrollmentEvent.TakenOffStudy;
import org.accrual.core.domain.enrollment.EnrollmentEvent.Unblinded;
import org.accrual.core.domain.enrollment.EnrollmentEvent.WithdrawalReversed;
import org.accrual.core.domain.enrollment.EnrollmentState.Candidate;
import org.accrual.core.domain.enrollment.EnrollmentState.Compensating;
import org.accrual.core.domain.enrollment.EnrollmentState.Consented;
import org.accrual.core.domain.enrollment.EnrollmentState.Eligible;
import org.accrual.core.domain.enrollment.EnrollmentState.FollowUp;
import org.accrual.core.domain.enrollment.EnrollmentState.Ineligible;
import org.accrual.core.domain.enrollment.EnrollmentState.NotRegistered;
import org.accrual.core.domain.enrollment.EnrollmentState.OffStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.OnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Open;
import org.accrual.core.domain.enrollment.EnrollmentState.Pending;
import org.accrual.core.domain.enrollment.EnrollmentState.PendingOnStudy;
import org.accrual.core.domain.enrollment.EnrollmentState.Progress;
import org.accrual.core.domain.enrollment.EnrollmentState.Registered;
import org.accrual.core.domain.enrollment.EnrollmentState.Screening;
import org.accrual.core.domain.enrollment.EnrollmentState.Withdrawn;

/** What each event makes of the state that it was decided on; of any other it is a fault. */
public final class EnrollmentFold {
  private EnrollmentFold() {}

  /** The state after events that were decided on {@code state}, in order. */
  public static EnrollmentState fold(EnrollmentState state, List<EnrollmentEvent> events) {
    EnrollmentState folded = state;
    for (EnrollmentEvent event : events) {
      folded = apply(folded, event);
    }
    return folded;
  }

  static EnrollmentState apply(EnrollmentState state, EnrollmentEvent event) {
    return switch (event) {
      case PatientScreened screened when state instanceof Candidate ->
          new Screening(screened.subject());
      case ConsentRecorded recorded when state instanceof Open open -> consented(open, recorded);
      case EligibilityRecorded(_, Eligibility assessed, _)
          when state instanceof Consented(Subject subject, Consent consent) ->
          assessed(subject, consent, assessed, 0);
      case EligibilityCorrected(_, Eligibility corrected, _, _)
          when state instanceof Eligible(Subject subject, Consent consent, _, int requests) ->
          assessed(subject, consent, corrected, requests);
      case EligibilityCorrected(_, Eligibility corrected, _, _)
          when state instanceof Ineligible(Subject subject, Consent consent, _, int requests) ->
          assessed(subject, consent, corrected, requests);
      case EligibilityCorrected _ when state instanceof Registered -> state;
      case EnrollmentRequested _
          when state
              instanceof Eligible(Subject subject, Consent consent, Eligibility e, int requests) ->
          new PendingOnStudy(subject, consent, e, requests + 1, Progress.REQUESTED, "");
      case SlotReserved _ -> progress(state, event, Progress.REQUESTED, Progress.SLOT_RESERVED);
      case Randomized(_, _, String number)
          when state
                  instanceof
                  PendingOnStudy(Subject subject, Consent c, Eligibility e, int n, var at, _)
              && at == Progress.SLOT_RESERVED ->
          new PendingOnStudy(subject, c, e, n, Progress.RANDOMIZED, number);
      case KitAllocated _ -> progress(state, event, Progress.RANDOMIZED, Progress.KIT_ALLOCATED);
      case EnrollmentConfirmed _
          when state instanceof PendingOnStudy pending
              && pending.progress() == Progress.KIT_ALLOCATED ->
          new OnStudy(pending.subject(), pending.attempt());
      case CompensationStarted(_, String reason, boolean isFinal)
          when state
              instanceof PendingOnStudy(Subject subject, Consent c, Eligibility e, int n, _, _) ->
          new Compensating(subject, c, e, n, reason, isFinal);
      case EnrollmentRejected rejected when state instanceof Pending pending ->
          rejected(pending, rejected.isFinal());
      case PatientWithdrawn withdrawn when !withdrawn.registered() && state instanceof Open open ->
          new Withdrawn(open);
      // What ends is told by the event that follows.
      case PatientWithdrawn withdrawn
          when withdrawn.registered() && (state instanceof OnStudy || state instanceof FollowUp) ->
          state;
      case WithdrawalReversed _ when state instanceof Withdrawn(Open before) -> before;
      case FollowUpStarted _ when state instanceof OnStudy(Subject subject, int attempt) ->
          new FollowUp(subject, attempt);
      case TakenOffStudy _ -> off(state, event);
      case Unblinded _ when state instanceof Registered -> state;
      case PatientScreened _,
          ConsentRecorded _,
          EligibilityRecorded _,
          EligibilityCorrected _,
          EnrollmentRequested _,
          Randomized _,
          EnrollmentConfirmed _,
          CompensationStarted _,
          EnrollmentRejected _,
          PatientWithdrawn _,
          WithdrawalReversed _,
          FollowUpStarted _,
          Unblinded _ ->
          throw impossible(state, event);
    };
  }

  private static EnrollmentState consented(Open state, ConsentRecorded event) {
    return switch (state) {
      case Screening(Subject subject) -> new Consented(subject, event.consent());
      case Consented(Subject subject, _) -> new Consented(subject, event.consent());
      case Eligible(Subject subject, _, Eligibility eligibility, int requests) ->
          new Eligible(subject, event.consent(), eligibility, requests);
    };
  }

  private static EnrollmentState assessed(
      Subject subject, Consent consent, Eligibility eligibility, int requests) {
    return eligibility.eligible()
        ? new Eligible(subject, consent, eligibility, requests)
        : new Ineligible(subject, consent, eligibility, requests);
  }

  private static EnrollmentState progress(
      EnrollmentState state, EnrollmentEvent event, Progress from, Progress to) {
    if (state
            instanceof
            PendingOnStudy(Subject subject, Consent c, Eligibility e, int n, var at, String number)
        && at == from) {
      return new PendingOnStudy(subject, c, e, n, to, number);
    }
    throw impossible(state, event);
  }

  private static EnrollmentState rejected(Pending state, boolean isFinal) {
    return isFinal
        ? new NotRegistered(state.subject())
        : new Eligible(state.subject(), state.consent(), state.eligibility(), state.attempt());
  }

  private static EnrollmentState off(EnrollmentState state, EnrollmentEvent event) {
    return switch (state) {
      case OnStudy(Subject subject, int attempt) -> new OffStudy(subject, attempt);
      case FollowUp(Subject subject, int attempt) -> new OffStudy(subject, attempt);
      default -> throw impossible(state, event);
    };
  }

  private static IllegalStateException impossible(EnrollmentState state, EnrollmentEvent event) {
    return new IllegalStateException("%s after %s".formatted(event, state));
  }
}
