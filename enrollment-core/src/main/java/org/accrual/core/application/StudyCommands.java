package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.accrual.core.application.Change.AppendToStudy;
import org.accrual.core.application.Change.KeepAnswer;
import org.accrual.core.application.WriteModel.LoadedStudy;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.study.StudyCommand;
import org.accrual.core.domain.study.StudyDecider;
import org.accrual.core.domain.study.StudyEvent;
import org.accrual.core.domain.study.StudyState;

/** Runs commands on studies. */
public final class StudyCommands {
  private final WriteModel model;
  private final InstantSource clock;

  public StudyCommands(WriteModel model, InstantSource clock) {
    this.model = model;
    this.clock = clock;
  }

  public Outcome run(Request request, StudyCommand command, Answer.Encoder<StudyRecord> encoder) {
    return Attempts.run(
        request,
        () -> model.loadStudy(request, command.studyId()),
        LoadedStudy::kept,
        loaded -> decide(request, command, loaded, encoder));
  }

  private Outcome decide(
      Request request,
      StudyCommand command,
      LoadedStudy loaded,
      Answer.Encoder<StudyRecord> encoder) {
    Optional<StudyRecord> before = loaded.study();
    if (request.isOutdated(before.map(StudyRecord::version).orElse(0L))) {
      return new Outcome.EtagMismatch();
    }
    StudyState state = before.<StudyState>map(StudyRecord::state).orElse(StudyState.initial());
    return switch (StudyDecider.decide(command, state, loaded.live())) {
      case Decision.Refused<StudyEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<StudyEvent>(List<StudyEvent> events) -> {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        StudyRecord study = StudyRecord.after(before, events, now);
        Answer answer = encoder.encode(study);
        model.commit(
            List.of(
                new Caused(
                    request.origin(),
                    List.of(
                        new AppendToStudy(study, events),
                        new KeepAnswer(request, answer, Optional.empty())))),
            now);
        yield new Outcome.Answered(answer);
      }
    };
  }
}
