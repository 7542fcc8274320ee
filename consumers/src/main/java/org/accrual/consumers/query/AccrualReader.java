package org.accrual.consumers.query;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.accrual.api.query.v1.FunnelDay;
import org.accrual.api.query.v1.StudyAccrual;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.projection.EnrollmentStates;

/** Reads the schema {@code analytics}. */
@ApplicationScoped
class AccrualReader {
  private static final String ACCRUAL =
      """
      select study_id, coalesce(s.target, 0), site_id, state, enrollments
        from unnest(?) as w (study_id)
        left join analytics.study s using (study_id)
        left join analytics.standing t using (study_id)
       where s.study_id is not null or t.study_id is not null
       order by study_id, site_id, state
      """;
  // Keys in the dead letters are few. An enrollment whose first event is parked has no row of
  // analytics; if the projection has one, it is counted with that.
  private static final String PARKED =
      """
      with parked as (
        select case when key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then key::uuid end as id
          from deadletter.stream
         where consumer = 'analytics' and topic = 'accrual.enrollment.events')
      select coalesce(a.study_id, p.study_id), count(*)
        from parked
        left join analytics.enrollment a on a.enrollment_id = parked.id
        left join projection.enrollment p on p.enrollment_id = parked.id
       where coalesce(a.study_id, p.study_id) = any (?)
       group by 1
      """;
  private static final String DAYS =
      """
      select site_id, day, screened, eligible, requested, accrued, left_study
        from analytics.funnel_by_day
       where study_id = ? and day between ? and ?
       order by site_id, day
      """;

  private final DataSource database;

  @Inject
  AccrualReader(@QueryPool DataSource database) {
    this.database = database;
  }

  /** The studies of these that analytics has heard of, by their ids. */
  Map<String, StudyAccrual> read(Collection<String> studyIds) {
    Map<String, AccrualSum> sums = new HashMap<>();
    try (Connection connection = database.getConnection()) {
      Array wanted = connection.createArrayOf("text", studyIds.toArray());
      readStanding(connection, wanted, sums);
      readParked(connection, wanted, sums);
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
    Map<String, StudyAccrual> accruals = new HashMap<>();
    sums.forEach((studyId, sum) -> accruals.put(studyId, sum.toAnswer()));
    return accruals;
  }

  private static void readStanding(
      Connection connection, Array wanted, Map<String, AccrualSum> sums) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ACCRUAL)) {
      statement.setArray(1, wanted);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          AccrualSum sum = sums.computeIfAbsent(rows.getString(1), AccrualSum::new);
          sum.target(rows.getInt(2));
          if (rows.getLong(5) > 0) {
            sum.add(rows.getString(3), EnrollmentStates.ofSql(rows.getString(4)), rows.getLong(5));
          }
        }
      }
    }
  }

  private static void readParked(Connection connection, Array wanted, Map<String, AccrualSum> sums)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PARKED)) {
      statement.setArray(1, wanted);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          sums.computeIfAbsent(rows.getString(1), AccrualSum::new).parked(rows.getLong(2));
        }
      }
    }
  }

  /** The funnel of a study's sites by day. */
  List<FunnelDay> days(String studyId, LocalDate first, LocalDate last) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(DAYS)) {
      statement.setString(1, studyId);
      statement.setObject(2, first);
      statement.setObject(3, last);
      List<FunnelDay> days = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          days.add(day(rows));
        }
      }
      return days;
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static FunnelDay day(ResultSet row) throws SQLException {
    return FunnelDay.newBuilder()
        .setSiteId(row.getString(1))
        .setDay(row.getObject(2, LocalDate.class).toString())
        .setScreened(row.getLong(3))
        .setEligible(row.getLong(4))
        .setRequested(row.getLong(5))
        .setAccrued(row.getLong(6))
        .setLeft(row.getLong(7))
        .build();
  }
}
