package org.accrual.consumers;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.accrual.contract.EventSchemas;
import org.accrual.event.enrollment.CompensationStarted;
import org.accrual.event.enrollment.EligibilityCorrected;
import org.accrual.event.enrollment.FollowUpStarted;
import org.accrual.event.enrollment.KitAllocated;
import org.accrual.event.enrollment.Randomized;
import org.accrual.event.enrollment.SlotReserved;
import org.accrual.event.enrollment.TakenOffStudy;
import org.accrual.event.enrollment.Unblinded;
import org.accrual.event.enrollment.WithdrawalReversed;
import org.accrual.fixtures.EnrollmentStory;
import org.apache.avro.specific.SpecificRecord;

/**
 * An enrollment's events and the rows that its last event must lead to, written by hand: nothing
 * here is computed by the code under test. A time is the version of the event at which it was set.
 *
 * @param projection state, withdrawn_from, reason_before, reason, off_study_cause, screened_at,
 *     requested_at, confirmed_at, updated_at, version
 * @param history event_type without its prefix, state, reason, recorded_at of the last event
 * @param analytics state, withdrawn_from, screened_at, eligible_at, requested_at, accrued_at,
 *     left_at, version
 */
public record ExpectedEnrollment(
    EnrollmentStory story, String projection, String history, String analytics) {
  private static final UnaryOperator<EnrollmentStory> SCREENED = EnrollmentStory::screened;
  private static final UnaryOperator<EnrollmentStory> ELIGIBLE =
      story -> story.screened().consented().assessed(true);
  private static final UnaryOperator<EnrollmentStory> INELIGIBLE =
      story -> story.screened().consented().assessed(false);
  private static final UnaryOperator<EnrollmentStory> REQUESTED =
      story -> ELIGIBLE.apply(story).requested();
  private static final UnaryOperator<EnrollmentStory> ON_STUDY =
      story -> REQUESTED.apply(story).confirmed();
  private static final UnaryOperator<EnrollmentStory> FOLLOW_UP =
      story -> ON_STUDY.apply(story).with(followUp(story));

  /** Returns at least one enrollment for each type of the enrollment topic. */
  public static List<ExpectedEnrollment> all() {
    return List.of(
        of(
            SCREENED,
            "screening|null|null|null|null|1|null|null|1|1",
            "patient-screened.v1|screening|null|1",
            "screening|null|1|null|null|null|null|1"),
        of(
            story -> story.screened().consented(),
            "screening|null|null|null|null|1|null|null|2|2",
            "consent-recorded.v1|screening|null|2",
            "screening|null|1|null|null|null|null|2"),
        of(
            ELIGIBLE,
            "eligible|null|null|null|null|1|null|null|3|3",
            "eligibility-recorded.v1|eligible|null|3",
            "eligible|null|1|3|null|null|null|3"),
        of(
            INELIGIBLE,
            "ineligible|null|null|null|null|1|null|null|3|3",
            "eligibility-recorded.v1|ineligible|null|3",
            "ineligible|null|1|null|null|null|null|3"),
        of(
            story -> ELIGIBLE.apply(story).with(corrected(story, false)),
            "ineligible|null|null|null|null|1|null|null|4|4",
            "eligibility-corrected.v1|ineligible|a laboratory mistake|4",
            "ineligible|null|1|null|null|null|null|4"),
        of(
            story -> INELIGIBLE.apply(story).with(corrected(story, true)),
            "eligible|null|null|null|null|1|null|null|4|4",
            "eligibility-corrected.v1|eligible|a laboratory mistake|4",
            "eligible|null|1|4|null|null|null|4"),
        of(
            REQUESTED,
            "pending-on-study|null|null|null|null|1|4|null|4|4",
            "requested.v1|pending-on-study|null|4",
            "pending-on-study|null|1|3|4|null|null|4"),
        of(
            story -> REQUESTED.apply(story).with(slot(story)),
            "pending-on-study|null|null|null|null|1|4|null|5|5",
            "slot-reserved.v1|pending-on-study|null|5",
            "pending-on-study|null|1|3|4|null|null|5"),
        of(
            story -> REQUESTED.apply(story).with(randomized(story)),
            "pending-on-study|null|null|null|null|1|4|null|5|5",
            "randomized.v1|pending-on-study|null|5",
            "pending-on-study|null|1|3|4|null|null|5"),
        of(
            story -> REQUESTED.apply(story).with(kit(story)),
            "pending-on-study|null|null|null|null|1|4|null|5|5",
            "kit-allocated.v1|pending-on-study|null|5",
            "pending-on-study|null|1|3|4|null|null|5"),
        of(
            story -> REQUESTED.apply(story).with(compensation(story)),
            "pending-on-study|null|null|null|null|1|4|null|5|5",
            "compensation-started.v1|pending-on-study|KITS_EXHAUSTED|5",
            "pending-on-study|null|1|3|4|null|null|5"),
        of(
            story -> REQUESTED.apply(story).rejected("KITS_EXHAUSTED", false),
            "eligible|null|null|KITS_EXHAUSTED|null|1|4|null|5|5",
            "rejected.v1|eligible|KITS_EXHAUSTED|5",
            "eligible|null|1|3|4|null|null|5"),
        of(
            story -> REQUESTED.apply(story).rejected("RANDOMIZATION_REFUSED", true),
            "not-registered|null|null|RANDOMIZATION_REFUSED|null|1|4|null|5|5",
            "rejected.v1|not-registered|RANDOMIZATION_REFUSED|5",
            "not-registered|null|1|3|4|null|null|5"),
        // The projection has the latest request, analytics the first.
        of(
            story -> REQUESTED.apply(story).rejected("KITS_EXHAUSTED", false).requested(),
            "pending-on-study|null|null|null|null|1|6|null|6|6",
            "requested.v1|pending-on-study|null|6",
            "pending-on-study|null|1|3|4|null|null|6"),
        of(
            ON_STUDY,
            "on-study|null|null|null|null|1|4|5|5|5",
            "confirmed.v1|on-study|null|5",
            "on-study|null|1|3|4|5|null|5"),
        of(
            story -> ON_STUDY.apply(story).with(corrected(story, false)),
            "on-study|null|null|null|null|1|4|5|6|6",
            "eligibility-corrected.v1|on-study|a laboratory mistake|6",
            "on-study|null|1|3|4|5|null|6"),
        of(
            FOLLOW_UP,
            "follow-up|null|null|null|null|1|4|5|6|6",
            "follow-up-started.v1|follow-up|null|6",
            "follow-up|null|1|3|4|5|null|6"),
        of(
            story -> ON_STUDY.apply(story).with(off(story, "progression", "OTHER")),
            "off-study|null|null|progression|OTHER|1|4|5|6|6",
            "taken-off-study.v1|off-study|progression|6",
            "off-study|null|1|3|4|5|6|6"),
        of(
            story -> FOLLOW_UP.apply(story).with(off(story, "done", "COMPLETED")),
            "off-study|null|null|done|COMPLETED|1|4|5|7|7",
            "taken-off-study.v1|off-study|done|7",
            "off-study|null|1|3|4|5|7|7"),
        of(
            story -> ON_STUDY.apply(story).with(unblinded(story)),
            "on-study|null|null|null|null|1|4|5|6|6",
            "unblinded.v1|on-study|an emergency|6",
            "on-study|null|1|3|4|5|null|6"),
        of(
            story -> SCREENED.apply(story).withdrawn("moved", false),
            "withdrawn|screening|null|moved|null|1|null|null|2|2",
            "patient-withdrawn.v1|withdrawn|moved|2",
            "withdrawn|screening|1|null|null|null|2|2"),
        of(
            story ->
                REQUESTED.apply(story).rejected("KITS_EXHAUSTED", false).withdrawn("moved", false),
            "withdrawn|eligible|KITS_EXHAUSTED|moved|null|1|4|null|6|6",
            "patient-withdrawn.v1|withdrawn|moved|6",
            "withdrawn|eligible|1|3|4|null|6|6"),
        of(
            story -> SCREENED.apply(story).withdrawn("moved", false).with(reversed(story)),
            "screening|null|null|null|null|1|null|null|3|3",
            "withdrawal-reversed.v1|screening|the wrong patient|3",
            "screening|null|1|null|null|null|null|3"),
        of(
            story ->
                REQUESTED
                    .apply(story)
                    .rejected("KITS_EXHAUSTED", false)
                    .withdrawn("moved", false)
                    .with(reversed(story)),
            "eligible|null|null|KITS_EXHAUSTED|null|1|4|null|7|7",
            "withdrawal-reversed.v1|eligible|the wrong patient|7",
            "eligible|null|1|3|4|null|null|7"),
        // The two events of a registered patient's withdrawal.
        of(
            story -> ON_STUDY.apply(story).withdrawn("moved", true),
            "off-study|null|null|moved|WITHDRAWAL|1|4|5|7|7",
            "taken-off-study.v1|off-study|moved|7",
            "off-study|null|1|3|4|5|7|7"),
        of(
            story -> FOLLOW_UP.apply(story).withdrawn("moved", true),
            "off-study|null|null|moved|WITHDRAWAL|1|4|5|8|8",
            "taken-off-study.v1|off-study|moved|8",
            "off-study|null|1|3|4|5|8|8"));
  }

  /** Returns the wire type of the last event. */
  public String type() {
    return EventSchemas.typeOf(story.events().getLast().getSchema());
  }

  /** Returns how a failed test names it. */
  public String title() {
    return story.events().stream()
            .map(SpecificRecord::getSchema)
            .map(schema -> schema.getName())
            .toList()
        + " leads to "
        + projection;
  }

  private static ExpectedEnrollment of(
      UnaryOperator<EnrollmentStory> events, String projection, String history, String analytics) {
    EnrollmentStory story = events.apply(new EnrollmentStory("study", "site"));
    return new ExpectedEnrollment(story, projection, history, analytics);
  }

  private static SpecificRecord corrected(EnrollmentStory of, boolean eligible) {
    return new EligibilityCorrected(
        of.id,
        of.study,
        of.site,
        of.patient,
        eligible,
        "c1",
        Map.of("sex", "f"),
        "a laboratory mistake",
        "investigator");
  }

  private static SpecificRecord slot(EnrollmentStory of) {
    return new SlotReserved(of.id, of.study, of.site, of.patient);
  }

  private static SpecificRecord randomized(EnrollmentStory of) {
    return new Randomized(
        of.id, of.study, of.site, of.patient, UUID.randomUUID().toString(), "site-0001");
  }

  private static SpecificRecord kit(EnrollmentStory of) {
    return new KitAllocated(of.id, of.study, of.site, of.patient, "kit-1");
  }

  private static SpecificRecord compensation(EnrollmentStory of) {
    return new CompensationStarted(of.id, of.study, of.site, of.patient, "KITS_EXHAUSTED", false);
  }

  private static SpecificRecord followUp(EnrollmentStory of) {
    return new FollowUpStarted(of.id, of.study, of.site, of.patient, "nurse");
  }

  private static SpecificRecord off(EnrollmentStory of, String reason, String cause) {
    return new TakenOffStudy(of.id, of.study, of.site, of.patient, reason, "nurse", cause);
  }

  private static SpecificRecord unblinded(EnrollmentStory of) {
    return new Unblinded(of.id, of.study, of.site, of.patient, "an emergency", "investigator");
  }

  private static SpecificRecord reversed(EnrollmentStory of) {
    return new WithdrawalReversed(
        of.id, of.study, of.site, of.patient, "the wrong patient", "nurse");
  }
}
