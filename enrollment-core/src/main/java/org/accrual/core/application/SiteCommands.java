package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.accrual.core.application.Change.AppendToSite;
import org.accrual.core.application.Change.HoldStudy;
import org.accrual.core.application.Change.KeepAnswer;
import org.accrual.core.application.WriteModel.LoadedSite;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.site.SiteCommand;
import org.accrual.core.domain.site.SiteDecider;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyState;

/** Runs commands on the sites of studies. */
public final class SiteCommands {
  private final WriteModel model;
  private final InstantSource clock;

  public SiteCommands(WriteModel model, InstantSource clock) {
    this.model = model;
    this.clock = clock;
  }

  public Outcome run(Request request, SiteCommand command, Answer.Encoder<SiteRecord> encoder) {
    return Attempts.run(
        request,
        () -> model.loadSite(request, command.site()),
        LoadedSite::kept,
        loaded -> decide(request, command, loaded, encoder));
  }

  private Outcome decide(
      Request request, SiteCommand command, LoadedSite loaded, Answer.Encoder<SiteRecord> encoder) {
    StudyState study =
        loaded.study().<StudyState>map(StudyRecord::state).orElse(StudyState.initial());
    SiteState site = loaded.site().<SiteState>map(SiteRecord::state).orElse(SiteState.initial());
    return switch (SiteDecider.decide(command, site, study)) {
      case Decision.Refused<SiteEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<SiteEvent>(List<SiteEvent> events) -> {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        SiteRecord after = SiteRecord.after(loaded.site(), command.site(), events);
        Answer answer = encoder.encode(after);
        model.commit(
            request,
            List.of(
                new HoldStudy(command.site().studyId(), loaded.study().orElseThrow().version()),
                new AppendToSite(after, events),
                new KeepAnswer(request, answer)),
            now);
        yield new Outcome.Answered(answer);
      }
    };
  }
}
