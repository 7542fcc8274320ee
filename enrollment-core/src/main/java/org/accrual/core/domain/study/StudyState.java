package org.accrual.core.domain.study;

/**
 * The state of a study: approved -> active -> temporarily closed to accrual (and back) -> closed to
 * accrual -> completed. The fold of its events.
 */
public sealed interface StudyState {

  /** No study is registered under this id. */
  record Unregistered() implements StudyState {}

  /** A study that exists. */
  sealed interface Registered extends StudyState {
    StudyDesign design();
  }

  /** Not yet recruiting. */
  record Approved(StudyDesign design) implements Registered {}

  /** Recruiting. */
  record Active(StudyDesign design) implements Registered {}

  /** Recruitment paused. */
  record TemporarilyClosed(StudyDesign design) implements Registered {}

  /** Recruitment ended for good. */
  record ClosedToAccrual(StudyDesign design) implements Registered {}

  /** Ended. */
  record Completed(StudyDesign design) implements Registered {}

  static StudyState initial() {
    return new Unregistered();
  }

  /** The state after one more event, which was decided on this state. */
  default StudyState apply(StudyEvent event) {
    return switch (event) {
      case StudyEvent.StudyRegistered(StudyDesign design, _, _) -> new Approved(design);
      case StudyEvent.StudyActivated activated -> new Active(designOf(activated));
      case StudyEvent.AccrualSuspended suspended -> new TemporarilyClosed(designOf(suspended));
      case StudyEvent.AccrualResumed resumed -> new Active(designOf(resumed));
      case StudyEvent.StudyClosedToAccrual closed -> new ClosedToAccrual(designOf(closed));
      case StudyEvent.StudyCompleted completed -> new Completed(designOf(completed));
    };
  }

  private StudyDesign designOf(StudyEvent next) {
    return switch (this) {
      case Registered study -> study.design();
      case Unregistered() -> throw new IllegalStateException(next + " before StudyRegistered");
    };
  }
}
