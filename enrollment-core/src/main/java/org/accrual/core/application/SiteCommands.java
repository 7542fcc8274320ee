package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.accrual.core.application.Change.AddKits;
import org.accrual.core.application.Change.AppendToSite;
import org.accrual.core.application.Change.HoldStudy;
import org.accrual.core.application.Change.KeepAnswer;
import org.accrual.core.application.WriteModel.LoadedSite;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.site.SiteCommand;
import org.accrual.core.domain.site.SiteDecider;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteFacts;
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
        () -> model.loadSite(request, command.site(), kitIds(command)),
        LoadedSite::kept,
        loaded -> decide(request, command, loaded, encoder));
  }

  private Outcome decide(
      Request request, SiteCommand command, LoadedSite loaded, Answer.Encoder<SiteRecord> encoder) {
    if (request.isOutdated(loaded.site().map(SiteRecord::version).orElse(0L))) {
      return new Outcome.EtagMismatch();
    }
    StudyState study =
        loaded.study().<StudyState>map(StudyRecord::state).orElse(StudyState.initial());
    SiteState site = loaded.site().<SiteState>map(SiteRecord::state).orElse(SiteState.initial());
    return switch (SiteDecider.decide(command, site, new SiteFacts(study, loaded.knownKits()))) {
      case Decision.Refused<SiteEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<SiteEvent>(List<SiteEvent> events) -> {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        SiteRecord after = SiteRecord.after(loaded.site(), command.site(), events);
        Answer answer = encoder.encode(after);
        List<Change> changes = new ArrayList<>();
        changes.add(
            new HoldStudy(command.site().studyId(), loaded.study().orElseThrow().version()));
        changes.add(new AppendToSite(after, events));
        Set<String> kits = kitIds(command);
        if (!kits.isEmpty()) {
          changes.add(new AddKits(command.site(), List.copyOf(kits)));
        }
        changes.add(new KeepAnswer(request, answer, Optional.empty()));
        model.commit(List.of(new Caused(request.origin(), changes)), now);
        yield new Outcome.Answered(answer);
      }
    };
  }

  private static Set<String> kitIds(SiteCommand command) {
    return command instanceof SiteCommand.ReceiveKits(_, List<SiteCommand.DeliveredKit> kits, _)
        ? kits.stream().map(SiteCommand.DeliveredKit::kitId).collect(Collectors.toSet())
        : Set.of();
  }
}
