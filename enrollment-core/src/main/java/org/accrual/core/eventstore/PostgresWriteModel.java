package org.accrual.core.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.accrual.contract.EventSchemas;
import org.accrual.core.application.Caused;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Request;
import org.accrual.core.application.RunningSaga;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.application.WriteModel;
import org.accrual.core.domain.enrollment.EnrollmentFacts;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.StudyState;
import org.accrual.event.enrollment.EnrollmentConfirmed;

/** The write model in schema {@code enrollment}: one round trip a load, one a commit. */
public final class PostgresWriteModel implements WriteModel {
  private final Database database;
  private final Supplier<UUID> messageIds;
  private final Duration retention;

  /**
   * Works on a database.
   *
   * @param messageIds UUID v7, growing with time
   * @param retention how long answers and operations are kept at least
   */
  public PostgresWriteModel(Database database, Supplier<UUID> messageIds, Duration retention) {
    this.database = database;
    this.messageIds = messageIds;
    this.retention = retention;
  }

  @Override
  public LoadedStudy loadStudy(Request request, String studyId) {
    return load(
        Loads.STUDY,
        request,
        List.of(studyId, studyId),
        rows -> {
          var kept = LoadedRows.kept(rows);
          var live = LoadedRows.live(rows);
          return new LoadedStudy(
              kept, StudyRecord.of(LoadedRows.events(rows, StudyEventCodec::fromAvro)), live);
        });
  }

  @Override
  public LoadedSite loadSite(
      Request request, SiteId site, List<String> kitIds, Optional<UUID> enrollmentId) {
    String study = site.studyId();
    return load(
        Loads.SITE,
        request,
        List.of(
            study,
            study,
            site.siteId(),
            study,
            kitIds.toArray(String[]::new),
            enrollmentId.map(UUID::toString).orElse(""),
            EventSchemas.typeOf(EnrollmentConfirmed.getClassSchema())),
        rows ->
            new LoadedSite(
                LoadedRows.kept(rows),
                LoadedRows.study(rows),
                LoadedRows.kits(rows),
                LoadedRows.confirmed(rows),
                LoadedRows.siteRecord(rows, site)));
  }

  @Override
  public LoadedEnrollment loadPatient(Request request, SiteId site, String patientId) {
    String study = site.studyId();
    return load(
        Loads.PATIENT,
        request,
        List.of(study, site.siteId(), study, patientId, study),
        rows -> loadedEnrollment(rows, Optional.empty()));
  }

  @Override
  public LoadedEnrollment loadEnrollment(Request request, UUID enrollmentId) {
    return load(
        Loads.ENROLLMENT,
        request,
        List.of(enrollmentId),
        rows -> loadedEnrollment(rows, LoadedRows.saga(rows)));
  }

  @Override
  public void commit(List<Caused> changes, Instant now) {
    Calls calls = new ChangeCalls(messageIds, retention, now).of(changes);
    StoreSpan span = StoreSpan.begin("append", changes.getFirst().origin());
    span.around(
        () ->
            database.<Boolean>onConnection(
                connection -> {
                  calls.run(connection);
                  return true;
                }));
  }

  private static LoadedEnrollment loadedEnrollment(ResultSet rows, Optional<RunningSaga> saga)
      throws SQLException {
    Optional<StudyRecord> study = LoadedRows.study(rows);
    return new LoadedEnrollment(
        LoadedRows.kept(rows),
        new EnrollmentFacts(
            study.<StudyState>map(StudyRecord::state).orElse(StudyState.initial()),
            LoadedRows.site(rows),
            LoadedRows.latest(rows)),
        rows.getLong("study_version"),
        rows.getLong("site_version"),
        // After what is read off the first row, since it moves on to the last.
        new EnrollmentHistory(LoadedRows.events(rows, EnrollmentEventCodec::fromAvro)),
        saga);
  }

  private interface Reader<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private <T> T load(String sql, Request request, List<?> parameters, Reader<T> reader) {
    return StoreSpan.begin("load", request.origin())
        .around(
            () ->
                database.onConnection(
                    connection -> {
                      try (PreparedStatement select = connection.prepareStatement(sql)) {
                        select.setString(1, request.caller());
                        select.setString(2, request.method());
                        select.setString(3, request.requestId());
                        for (int i = 0; i < parameters.size(); i++) {
                          select.setObject(i + 4, parameters.get(i));
                        }
                        try (ResultSet rows = select.executeQuery()) {
                          rows.next(); // there is always one
                          return reader.read(rows);
                        }
                      }
                    }));
  }
}
