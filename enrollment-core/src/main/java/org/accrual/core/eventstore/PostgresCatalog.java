package org.accrual.core.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Catalog;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Operation;
import org.accrual.core.application.Operation.Stage;
import org.accrual.core.application.OperationFilter;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.study.StudyPhase;
import org.hibernate.query.SelectionQuery;

/** Reads studies, sites and operations through Hibernate. */
public final class PostgresCatalog implements Catalog {
  private final Database database;
  private final Duration delayedAfter;

  /**
   * Reads from a database.
   *
   * @param delayedAfter an operation without a stage for so long is delayed
   */
  public PostgresCatalog(Database database, Duration delayedAfter) {
    this.database = database;
    this.delayedAfter = delayedAfter;
  }

  @Override
  public Optional<StudyRecord> study(String studyId) {
    return database.inSession(
        session ->
            Optional.ofNullable(session.get(StudyHeadRow.class, studyId)).map(StudyHeadRow::study));
  }

  @Override
  public List<SiteRecord> sites(String studyId) {
    return database.inSession(
        session ->
            session
                .createSelectionQuery(
                    "from SiteHeadRow where studyId = :study order by siteId", SiteHeadRow.class)
                .setParameter("study", studyId)
                .list()
                .stream()
                .map(SiteHeadRow::site)
                .toList());
  }

  @Override
  public List<StudyRecord> studies(Optional<StudyPhase> state, String after, int limit) {
    return database.inSession(
        session ->
            session
                .createSelectionQuery(
                    """
                    from StudyHeadRow
                     where studyId > :after and (:state is null or state = :state)
                     order by studyId
                    """,
                    StudyHeadRow.class)
                .setParameter("after", after)
                .setParameter("state", state.map(StudyPhase::code).orElse(null), String.class)
                .setMaxResults(limit)
                .list()
                .stream()
                .map(StudyHeadRow::study)
                .toList());
  }

  @Override
  public Optional<Operation> operation(UUID operationId) {
    return database.inSession(
        session ->
            Optional.ofNullable(session.get(OperationRow.class, operationId))
                .map(row -> row.operation(delayedAfter)));
  }

  @Override
  public List<Operation> operations(OperationFilter filter, Optional<UUID> before, int limit) {
    Map<String, Object> wanted = new LinkedHashMap<>();
    filter.done().ifPresent(done -> wanted.put("done", done));
    filter.stage().map(Stage::code).ifPresent(stage -> wanted.put("stage", stage));
    filter.studyId().ifPresent(id -> wanted.put("studyId", id));
    filter.siteId().ifPresent(id -> wanted.put("siteId", id));
    filter.patientId().ifPresent(id -> wanted.put("patientId", id));
    filter.enrollmentId().ifPresent(id -> wanted.put("enrollmentId", id));
    List<String> conditions = new ArrayList<>();
    wanted.keySet().forEach(field -> conditions.add("%s = :%s".formatted(field, field)));
    before.ifPresent(id -> conditions.add("operationId < :before"));
    if (filter.done().filter(done -> !done).isPresent()) {
      conditions.add("operationId in (select s.operationId from SagaOperationRow s)");
    }
    String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    return database.inSession(
        session -> {
          SelectionQuery<OperationRow> query =
              session.createSelectionQuery(
                  "from OperationRow" + where + " order by operationId desc", OperationRow.class);
          wanted.forEach(query::setParameter);
          before.ifPresent(id -> query.setParameter("before", id));
          return query.setMaxResults(limit).list().stream()
              .map(row -> row.operation(delayedAfter))
              .toList();
        });
  }

  @Override
  public Map<UUID, EnrollmentHistory> histories(Map<UUID, Long> upToVersions) {
    if (upToVersions.isEmpty()) {
      return Map.of();
    }
    Object[] ids = upToVersions.keySet().stream().map(UUID::toString).toArray();
    Object[] versions = upToVersions.values().toArray();
    return database.onConnection(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(Loads.HISTORIES)) {
            select.setArray(1, connection.createArrayOf("text", ids));
            select.setArray(2, connection.createArrayOf("bigint", versions));
            try (ResultSet rows = select.executeQuery()) {
              return LoadedRows.histories(rows);
            }
          }
        });
  }
}
