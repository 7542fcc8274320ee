package org.accrual.consumers.query;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.accrual.api.query.v1.SiteAvailability;
import org.accrual.api.study.v1.Site;
import org.accrual.consumers.database.QueryPool;

/**
 * Reads {@code ops.sites}: sites of the projection with the places of capacity, in one snapshot.
 */
@ApplicationScoped
class SiteReader {
  private static final String SELECT =
      """
      select study_id, site_id, active, capacity, time_zone, version, taken, free, waiting, updated_at
        from ops.sites
      """;

  private final DataSource database;

  /** Names a site. */
  record Key(String studyId, String siteId) {}

  @Inject
  SiteReader(@QueryPool DataSource database) {
    this.database = database;
  }

  Optional<SiteAvailability> find(Key site) {
    return select(" where study_id = ? and site_id = ?", List.of(site.studyId(), site.siteId()))
        .stream()
        .findFirst();
  }

  /**
   * Returns sites in the order of their keys.
   *
   * @param studyId empty for all
   * @param withFreePlaces only sites that could accept a patient
   * @param after the site after which to begin; empty for the first
   * @param atMost how many
   */
  List<SiteAvailability> list(
      String studyId, boolean withFreePlaces, Optional<Key> after, int atMost) {
    List<String> conditions = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (!studyId.isEmpty()) {
      conditions.add("study_id = ?");
      values.add(studyId);
    }
    if (withFreePlaces) {
      conditions.add("free > 0");
    }
    after.ifPresent(
        last -> {
          conditions.add("(study_id, site_id) > (?, ?)");
          values.add(last.studyId());
          values.add(last.siteId());
        });
    values.add(atMost);
    String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    return select(where + " order by study_id, site_id limit ?", values);
  }

  private List<SiteAvailability> select(String rest, List<?> values) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(SELECT + rest)) {
      int index = 0;
      for (Object value : values) {
        statement.setObject(++index, value);
      }
      List<SiteAvailability> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(site(rows));
        }
      }
      return found;
    } catch (SQLException e) {
      throw DatabaseErrors.of(e);
    }
  }

  private static SiteAvailability site(ResultSet row) throws SQLException {
    long version = row.getLong("version");
    return SiteAvailability.newBuilder()
        .setSite(
            Site.newBuilder()
                .setStudyId(row.getString("study_id"))
                .setSiteId(row.getString("site_id"))
                .setActive(row.getBoolean("active"))
                .setCapacity(row.getInt("capacity"))
                .setTimeZone(row.getString("time_zone"))
                .setVersion(version)
                .setEtag(Long.toString(version)))
        .setTaken(row.getInt("taken"))
        .setFree(row.getInt("free"))
        .setWaiting(row.getInt("waiting"))
        .setUpdateTime(
            EnrollmentReader.timestamp(row.getObject("updated_at", OffsetDateTime.class)))
        .build();
  }
}
