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
import org.accrual.core.application.Change;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Request;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.application.WriteModel;
import org.accrual.core.domain.enrollment.EnrollmentFacts;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.study.StudyState;

/** The write model in schema {@code enrollment}: one round trip a load, one a commit. */
public final class PostgresWriteModel implements WriteModel {
  private final Database database;
  private final Supplier<UUID> eventIds;
  private final Duration retention;

  /**
   * Works on a database.
   *
   * @param eventIds UUID v7, growing with time
   * @param retention how long answers and operations are kept at least
   */
  public PostgresWriteModel(Database database, Supplier<UUID> eventIds, Duration retention) {
    this.database = database;
    this.eventIds = eventIds;
    this.retention = retention;
  }

  @Override
  public LoadedStudy loadStudy(Request request, String studyId) {
    return load(
        Loads.STUDY,
        request,
        List.of(studyId),
        rows ->
            new LoadedStudy(
                LoadedRows.kept(rows),
                StudyRecord.of(LoadedRows.events(rows, StudyEventCodec::fromAvro))));
  }

  @Override
  public LoadedSite loadSite(Request request, SiteId site) {
    return load(
        Loads.SITE,
        request,
        List.of(site.studyId(), site.studyId(), site.siteId(), site.streamId()),
        rows ->
            new LoadedSite(
                LoadedRows.kept(rows),
                LoadedRows.study(rows),
                SiteRecord.of(site, LoadedRows.events(rows, SiteEventCodec::fromAvro))));
  }

  @Override
  public LoadedEnrollment loadPatient(Request request, SiteId site, String patientId) {
    String study = site.studyId();
    return load(
        Loads.PATIENT,
        request,
        List.of(study, study, site.siteId(), study, patientId),
        PostgresWriteModel::loadedEnrollment);
  }

  @Override
  public LoadedEnrollment loadEnrollment(Request request, UUID enrollmentId) {
    return load(
        Loads.ENROLLMENT, request, List.of(enrollmentId), PostgresWriteModel::loadedEnrollment);
  }

  @Override
  public void commit(Request request, List<Change> changes, Instant now) {
    Calls calls = new ChangeCalls(request, eventIds, retention, now).of(changes);
    database.<Boolean>onConnection(
        connection -> {
          calls.run(connection);
          return true;
        });
  }

  private static LoadedEnrollment loadedEnrollment(ResultSet rows) throws SQLException {
    Optional<StudyRecord> study = LoadedRows.study(rows);
    return new LoadedEnrollment(
        LoadedRows.kept(rows),
        new EnrollmentFacts(
            study.<StudyState>map(StudyRecord::state).orElse(StudyState.initial()),
            LoadedRows.site(rows),
            LoadedRows.earlier(rows)),
        rows.getLong("study_version"),
        rows.getLong("site_version"),
        LoadedRows.slots(rows),
        // The last, since it moves on to the last row.
        new EnrollmentHistory(LoadedRows.events(rows, EnrollmentEventCodec::fromAvro)));
  }

  private interface Reader<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private <T> T load(String sql, Request request, List<?> parameters, Reader<T> reader) {
    return database.onConnection(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, request.method());
            select.setString(2, request.requestId());
            for (int i = 0; i < parameters.size(); i++) {
              select.setObject(i + 3, parameters.get(i));
            }
            try (ResultSet rows = select.executeQuery()) {
              rows.next(); // there is always one
              return reader.read(rows);
            }
          }
        });
  }
}
