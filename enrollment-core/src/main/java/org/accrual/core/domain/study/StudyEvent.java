package org.accrual.core.domain.study;

/** An event of a study. */
public sealed interface StudyEvent {

  record StudyRegistered(
      StudyDesign design, RandomizationDesign randomization, AccrualLimits limits)
      implements StudyEvent {}

  record StudyActivated(String studyId) implements StudyEvent {}

  record AccrualSuspended(String studyId, String reason) implements StudyEvent {}

  record AccrualResumed(String studyId) implements StudyEvent {}

  record StudyClosedToAccrual(String studyId, String reason) implements StudyEvent {}

  record StudyCompleted(String studyId) implements StudyEvent {}
}
