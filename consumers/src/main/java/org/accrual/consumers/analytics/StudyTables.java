package org.accrual.consumers.analytics;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.accrual.consumers.database.Columns;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.study.StudyRegistered;

/** The tables {@code study} and {@code site}: targets and time zones. */
final class StudyTables {
  private final String writeStudies;
  private final String writeSites;

  StudyTables(String schema) {
    writeStudies =
        """
        insert into %s.study (study_id, title, target) select * from unnest(?, ?, ?)
        on conflict (study_id) do update set title = excluded.title, target = excluded.target
        """
            .formatted(schema);
    writeSites =
        """
        insert into %1$s.site (study_id, site_id, time_zone, day_zone)
        select study_id, site_id, time_zone, coalesce(%1$s.known_zone(time_zone), 'UTC')
          from unnest(?, ?, ?) as s (study_id, site_id, time_zone)
        on conflict (study_id, site_id)
           do update set time_zone = excluded.time_zone, day_zone = excluded.day_zone
        """
            .formatted(schema);
  }

  void writeStudies(Connection connection, List<StudyRegistered> studies) throws SQLException {
    if (studies.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(writeStudies)) {
      new Columns<>(statement, studies)
          .column("text", StudyRegistered::getStudyId)
          .column("text", StudyRegistered::getTitle)
          .column("int", StudyRegistered::getAccrualTarget)
          .write();
    }
  }

  /** A site that was activated more than once has the zone of the last time. */
  void writeSites(Connection connection, List<SiteActivated> activations) throws SQLException {
    if (activations.isEmpty()) {
      return;
    }
    record Site(String studyId, String siteId) {}
    Map<Site, SiteActivated> latest = new LinkedHashMap<>();
    activations.forEach(e -> latest.put(new Site(e.getStudyId(), e.getSiteId()), e));
    Collection<SiteActivated> sites = latest.values();
    try (PreparedStatement statement = connection.prepareStatement(writeSites)) {
      new Columns<>(statement, sites)
          .column("text", SiteActivated::getStudyId)
          .column("text", SiteActivated::getSiteId)
          .column("text", SiteActivated::getTimeZone)
          .write();
    }
  }
}
