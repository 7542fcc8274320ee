package org.accrual.consumers.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.accrual.api.enrollment.v1.EnrollmentState;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.event.enrollment.EligibilityCorrected;
import org.accrual.event.enrollment.WithdrawalReversed;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.Seeds;
import org.accrual.intake.Message;
import org.accrual.intake.Position;
import org.accrual.intake.StreamKey;
import org.accrual.runtime.Correlation;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EnrollmentRowTest {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @Test
  void followsAnEnrollmentToConfirmation() {
    EnrollmentStory story = EnrollmentStory.onStudy("study", "site");

    assertThat(states(story))
        .containsExactly(
            EnrollmentState.ENROLLMENT_STATE_SCREENING,
            EnrollmentState.ENROLLMENT_STATE_SCREENING,
            EnrollmentState.ENROLLMENT_STATE_ELIGIBLE,
            EnrollmentState.ENROLLMENT_STATE_PENDING_ON_STUDY,
            EnrollmentState.ENROLLMENT_STATE_ON_STUDY);
    EnrollmentRow row = fold(messages(story));
    assertThat(row.enrollmentId()).isEqualTo(story.id);
    assertThat(row.patientId()).isEqualTo(story.patient);
    assertThat(row.version()).isEqualTo(5);
    assertThat(row.screenedAt()).isEqualTo(time(1));
    assertThat(row.requestedAt()).isEqualTo(time(4));
    assertThat(row.confirmedAt()).isEqualTo(time(5));
    assertThat(row.updatedAt()).isEqualTo(time(5));
    assertThat(row.status().reason()).isNull();
  }

  @Test
  void aRejectionHasItsReasonUntilTheNextRequest() {
    EnrollmentStory story =
        new EnrollmentStory("study", "site")
            .screened()
            .consented()
            .assessed(true)
            .requested()
            .rejected("SITE_CAPACITY_EXHAUSTED", false);
    EnrollmentRow rejected = fold(messages(story));
    EnrollmentRow askedAgain = fold(messages(story.requested()));

    assertThat(rejected.status().state()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ELIGIBLE);
    assertThat(rejected.status().reason()).isEqualTo("SITE_CAPACITY_EXHAUSTED");
    assertThat(rejected.requestedAt()).isEqualTo(time(4));
    assertThat(askedAgain.status().state())
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_PENDING_ON_STUDY);
    assertThat(askedAgain.status().reason()).isNull();
    assertThat(askedAgain.requestedAt()).isEqualTo(time(6));
  }

  @Test
  void endsAsTheEventSays() {
    assertThat(last(new EnrollmentStory("study", "site").screened().assessed(false)))
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_INELIGIBLE);
    assertThat(last(new EnrollmentStory("study", "site").screened().rejected("X", true)))
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_NOT_REGISTERED);
    assertThat(last(new EnrollmentStory("study", "site").screened().withdrawn("moved", false)))
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_WITHDRAWN);
    assertThat(last(EnrollmentStory.onStudy("study", "site").withdrawn("moved", true)))
        .isEqualTo(EnrollmentState.ENROLLMENT_STATE_OFF_STUDY);
  }

  @Test
  void aReversedWithdrawalGoesBackToWhereItWas() {
    EnrollmentStory story =
        new EnrollmentStory("study", "site")
            .screened()
            .consented()
            .assessed(true)
            .withdrawn("moved", false);
    EnrollmentRow withdrawn = fold(messages(story));
    WithdrawalReversed reversal =
        new WithdrawalReversed(story.id, "study", "site", story.patient, "wrong patient", "nurse");

    EnrollmentRow back = EnrollmentRow.after(withdrawn, message(story.id, 5, reversal));

    assertThat(withdrawn.status().reason()).isEqualTo("moved");
    assertThat(back.status().state()).isEqualTo(EnrollmentState.ENROLLMENT_STATE_ELIGIBLE);
    assertThat(back.status().reason()).isNull();
    assertThat(back.version()).isEqualTo(5);
  }

  @Test
  @DisplayName("A reversed withdrawal returns the reason before it, until eligibility is corrected")
  void reversalReturnsTheReasonUntilACorrection() {
    EnrollmentStory story =
        new EnrollmentStory("study", "site")
            .screened()
            .consented()
            .assessed(true)
            .requested()
            .rejected("SITE_CAPACITY_EXHAUSTED", false)
            .withdrawn("moved", false);
    story.with(
        new WithdrawalReversed(story.id, "study", "site", story.patient, "mixed up", "nurse"));
    EnrollmentRow reversed = fold(messages(story));
    story.with(
        new EligibilityCorrected(
            story.id, "study", "site", story.patient, true, "c2", Map.of(), "misread", "nurse"));

    assertThat(reversed.status().reason()).isEqualTo("SITE_CAPACITY_EXHAUSTED");
    assertThat(fold(messages(story)).status().reason()).isNull();
  }

  @Test
  void whatDoesNotBeginWithScreeningIsRefused() {
    EnrollmentStory story = new EnrollmentStory("study", "site").consented();

    assertThatThrownBy(() -> fold(messages(story)))
        .isInstanceOf(BrokenStream.class)
        .hasMessageContainingAll("consent-recorded", story.id);
  }

  /** However the events are cut into batches, the rows are the same. */
  @Test
  void batchesMakeNoDifference() {
    List<EnrollmentStory> stories = new ArrayList<>();
    List<Message> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      EnrollmentStory story = EnrollmentStory.onStudy("study", "site").withdrawn("moved", true);
      stories.add(story);
      all.addAll(messages(story));
    }
    Map<String, EnrollmentRow> atOnce = batch(Map.of(), all);
    long seed = Seeds.of(EnrollmentRowTest.class);
    Random random = new Random(seed);
    for (int run = 0; run < 50; run++) {
      Map<String, EnrollmentRow> rows = Map.of();
      for (int from = 0; from < all.size(); ) {
        int to = Math.min(all.size(), from + 1 + random.nextInt(12));
        rows = batch(rows, all.subList(from, to));
        from = to;
      }
      assertThat(rows).as("seed %d", seed).isEqualTo(atOnce).hasSize(stories.size());
    }
  }

  private static Map<String, EnrollmentRow> batch(
      Map<String, EnrollmentRow> rows, List<Message> messages) {
    Map<String, EnrollmentRow> after = new java.util.HashMap<>();
    Fold.of(rows, messages, EnrollmentRow::after)
        .forEach(row -> after.put(row.enrollmentId(), row));
    return after;
  }

  private static List<EnrollmentState> states(EnrollmentStory story) {
    List<EnrollmentState> states = new ArrayList<>();
    EnrollmentRow row = null;
    for (Message message : messages(story)) {
      row = EnrollmentRow.after(row, message);
      states.add(row.status().state());
    }
    return states;
  }

  private static EnrollmentState last(EnrollmentStory story) {
    return states(story).getLast();
  }

  private static EnrollmentRow fold(List<Message> messages) {
    EnrollmentRow row = null;
    for (Message message : messages) {
      row = EnrollmentRow.after(row, message);
    }
    return row;
  }

  private static List<Message> messages(EnrollmentStory story) {
    List<Message> messages = new ArrayList<>();
    for (SpecificRecord event : story.events()) {
      messages.add(message(story.id, messages.size() + 1, event));
    }
    return messages;
  }

  private static Message message(String key, long version, SpecificRecord event) {
    return new Message(
        new Position(new TopicPartition(Topics.ENROLLMENT_EVENTS, 0), version),
        new StreamKey(Topics.ENROLLMENT_EVENTS, key),
        version,
        UUID.randomUUID(),
        EventSchemas.typeOf(event.getSchema()),
        time(version),
        new Correlation("c", "", ""),
        event);
  }

  private static Instant time(long version) {
    return START.plusSeconds(version);
  }
}
