package org.accrual.core.domain;

import java.util.HashMap;
import java.util.Map;

/**
 * Why a command was refused.
 *
 * @param reason for programs
 * @param message for people; no personal data
 * @param about ids of what it is about, by their names on the wire
 */
public record Refusal(Reason reason, String message, Map<String, String> about) {
  public Refusal {
    about = Map.copyOf(about);
  }

  /** The same, without naming an enrollment. */
  public Refusal withoutEnrollment() {
    Map<String, String> rest = new HashMap<>(about);
    rest.remove("enrollment_id");
    return new Refusal(reason, message, rest);
  }

  /** Every reason there is. The names are contract: clients see them. */
  public enum Reason {
    STUDY_EXISTS(Kind.ALREADY_EXISTS),
    STUDY_NOT_FOUND(Kind.NOT_FOUND),
    /** The study's state does not allow the command. */
    STUDY_TRANSITION_NOT_ALLOWED(Kind.FAILED_PRECONDITION),
    /** Patients are still being screened, enrolled or followed: each must end first. */
    STUDY_HAS_LIVE_ENROLLMENTS(Kind.FAILED_PRECONDITION),
    /** An enrollment of a completed study stays ended. */
    STUDY_COMPLETED(Kind.FAILED_PRECONDITION),
    /** Only an active study accepts patients. */
    STUDY_NOT_ACTIVE(Kind.FAILED_PRECONDITION),
    /** A study closed for good opens no sites. */
    STUDY_CLOSED(Kind.FAILED_PRECONDITION),
    SITE_NOT_FOUND(Kind.NOT_FOUND),
    SITE_ALREADY_ACTIVE(Kind.FAILED_PRECONDITION),
    SITE_NOT_ACTIVE(Kind.FAILED_PRECONDITION),
    ENROLLMENT_NOT_FOUND(Kind.NOT_FOUND),
    /** The enrollment's state does not allow the command. */
    ENROLLMENT_TRANSITION_NOT_ALLOWED(Kind.FAILED_PRECONDITION),
    /** The patient has a live enrollment in the study. */
    PATIENT_ALREADY_ENROLLED(Kind.ALREADY_EXISTS),
    /** An earlier attempt of the patient ended for good. */
    PATIENT_BARRED(Kind.FAILED_PRECONDITION),
    /** An earlier attempt of the patient ended; RescreenPatient starts another. */
    RESCREEN_REQUIRED(Kind.FAILED_PRECONDITION),
    PATIENT_NOT_ELIGIBLE(Kind.FAILED_PRECONDITION),
    CONSENT_REQUIRED(Kind.FAILED_PRECONDITION),
    CONSENT_IN_FUTURE(Kind.FAILED_PRECONDITION),
    ELIGIBILITY_REQUIRED(Kind.FAILED_PRECONDITION),
    /** What was given differs from what was recorded. */
    ELIGIBILITY_ALREADY_RECORDED(Kind.FAILED_PRECONDITION),
    /** The strata are not exactly the study's factors, each at one of its levels. */
    STRATA_MISMATCH(Kind.FAILED_PRECONDITION),
    /** The saga runs: wait for its end, or cancel the operation first. */
    ENROLLMENT_IN_PROGRESS(Kind.FAILED_PRECONDITION),
    /** The patient has a later attempt in the study, which counts. */
    ENROLLMENT_SUPERSEDED(Kind.FAILED_PRECONDITION),
    /** What was recorded already says so. */
    CORRECTION_CHANGES_NOTHING(Kind.FAILED_PRECONDITION),
    /** There is no arm to disclose: the patient was not registered. */
    PATIENT_NOT_RANDOMIZED(Kind.FAILED_PRECONDITION),
    /** The operation has come to its end. */
    OPERATION_DONE(Kind.FAILED_PRECONDITION),
    /** The study has a kit of that id. */
    KIT_KNOWN(Kind.FAILED_PRECONDITION),
    /** The site has no such kit. */
    KIT_NOT_FOUND(Kind.NOT_FOUND),
    /** The kit's state does not allow the command. */
    KIT_TRANSITION_NOT_ALLOWED(Kind.FAILED_PRECONDITION),
    /** The enrollment was not confirmed with this kit. */
    KIT_NOT_DISPENSED(Kind.FAILED_PRECONDITION),
    /** The study has no such arm. */
    ARM_UNKNOWN(Kind.FAILED_PRECONDITION);

    private final Kind kind;

    Reason(Kind kind) {
      this.kind = kind;
    }

    public Kind kind() {
      return kind;
    }
  }

  /** What a caller can do about it. */
  public enum Kind {
    /** Name something that exists. */
    NOT_FOUND,
    /** Use what exists. */
    ALREADY_EXISTS,
    /** Bring the system into another state first. */
    FAILED_PRECONDITION
  }
}
