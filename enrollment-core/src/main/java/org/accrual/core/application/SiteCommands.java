package org.accrual.core.application;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Change.AddKits;
import org.accrual.core.application.Change.AppendToSite;
import org.accrual.core.application.Change.HoldStudy;
import org.accrual.core.application.Change.KeepAnswer;
import org.accrual.core.application.Change.MoveKits;
import org.accrual.core.application.WriteModel.LoadedSite;
import org.accrual.core.domain.Decision;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.site.KitState;
import org.accrual.core.domain.site.SiteCommand;
import org.accrual.core.domain.site.SiteDecider;
import org.accrual.core.domain.site.SiteEvent;
import org.accrual.core.domain.site.SiteFacts;
import org.accrual.core.domain.site.SiteId;
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
        () -> model.loadSite(request, command.site(), kitIds(command), enrollment(command)),
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
    SiteFacts facts = new SiteFacts(study, loaded.kits(), dispensed(command.site(), loaded));
    return switch (SiteDecider.decide(command, site, facts)) {
      case Decision.Refused<SiteEvent>(var refusal) -> new Outcome.Refused(refusal);
      case Decision.Accepted<SiteEvent>(List<SiteEvent> events) -> {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        SiteRecord after = SiteRecord.after(loaded.site(), command.site(), events);
        Answer answer = encoder.encode(after);
        List<Change> changes = new ArrayList<>();
        changes.add(
            new HoldStudy(command.site().studyId(), loaded.study().orElseThrow().version()));
        changes.add(new AppendToSite(after, events));
        if (command instanceof SiteCommand.OnKits onKits) {
          changes.add(change(onKits));
        }
        changes.add(new KeepAnswer(request, answer, Optional.empty()));
        model.commit(List.of(new Caused(request.origin(), changes)), now);
        yield new Outcome.Answered(answer);
      }
    };
  }

  private static Change change(SiteCommand.OnKits command) {
    SiteId site = command.site();
    List<String> kitIds = command.kitIds();
    return switch (command) {
      case SiteCommand.ReceiveKits _ -> new AddKits(site, kitIds);
      case SiteCommand.QuarantineKits _ -> new MoveKits(site, kitIds, KitState.QUARANTINED);
      case SiteCommand.ReturnKit _ -> new MoveKits(site, kitIds, KitState.RETURNED);
      case SiteCommand.DestroyKits _ -> new MoveKits(site, kitIds, KitState.DESTROYED);
    };
  }

  private static List<String> kitIds(SiteCommand command) {
    return command instanceof SiteCommand.OnKits kits ? kits.kitIds() : List.of();
  }

  private static Optional<UUID> enrollment(SiteCommand command) {
    return command instanceof SiteCommand.ReturnKit returned
        ? Optional.of(returned.enrollmentId())
        : Optional.empty();
  }

  private static Optional<String> dispensed(SiteId site, LoadedSite loaded) {
    return loaded
        .confirmed()
        .filter(confirmed -> confirmed.subject().site().equals(site))
        .map(EnrollmentConfirmed::kitId);
  }
}
