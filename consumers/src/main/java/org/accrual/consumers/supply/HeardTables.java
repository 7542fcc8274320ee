package org.accrual.consumers.supply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.SiteKey;
import org.accrual.event.study.StudyRegistered;
import org.accrual.intake.Message;

/** {@code supply.study} and {@code supply.site}: what is heard of them. */
final class HeardTables {
  private static final String READ_STUDIES =
      "select * from supply.study where version > 0 and study_id = any (?)";
  private static final String READ_SITES =
      """
      select s.* from supply.site s
        join unnest(?, ?) as w (study_id, site_id) using (study_id, site_id)
      """;
  private static final String REGISTER_STUDY =
      "update supply.study set version = ?, arms = ? where study_id = ?";
  private static final String ADVANCE_STUDY =
      "update supply.study set version = ? where study_id = ?";
  private static final String ADVANCE_SITES =
      """
      update supply.site s set version = c.version
        from (select study_id, site_id, max(version) from unnest(?, ?, ?)
                     as n (study_id, site_id, version) group by 1, 2)
             as c (study_id, site_id, version)
       where s.study_id = c.study_id and s.site_id = c.site_id
      """;

  /**
   * A study that was heard of.
   *
   * @param arms in the protocol's order
   */
  record Study(long version, List<String> arms) {
    static final Study UNHEARD = new Study(0, List.of());
  }

  private HeardTables() {}

  static Map<String, Study> studies(Connection connection, Collection<String> ids)
      throws SQLException {
    Map<String, Study> studies = HashMap.newHashMap(ids.size());
    try (PreparedStatement statement = connection.prepareStatement(READ_STUDIES)) {
      new Columns<>(statement, ids).column("text", id -> id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          studies.put(
              rows.getString("study_id"),
              new Study(
                  rows.getLong("version"), List.of((String[]) rows.getArray("arms").getArray())));
        }
      }
    }
    return studies;
  }

  static Map<SiteKey, Long> sites(Connection connection, Collection<SiteKey> keys)
      throws SQLException {
    Map<SiteKey, Long> versions = HashMap.newHashMap(keys.size());
    try (PreparedStatement statement = connection.prepareStatement(READ_SITES)) {
      new Columns<>(statement, keys)
          .column("text", SiteKey::studyId)
          .column("text", SiteKey::siteId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          versions.put(SiteKey.read(rows), rows.getLong("version"));
        }
      }
    }
    return versions;
  }

  /** A row at a time: news of studies is rare. */
  static void hearStudies(Connection connection, List<Message> news) throws SQLException {
    for (Message message : news) {
      boolean registered = message.body() instanceof StudyRegistered;
      try (PreparedStatement statement =
          connection.prepareStatement(registered ? REGISTER_STUDY : ADVANCE_STUDY)) {
        int index = 0;
        statement.setLong(++index, message.version());
        if (message.body() instanceof StudyRegistered e) {
          statement.setArray(
              ++index,
              connection.createArrayOf(
                  "text", e.getArms().stream().map(arm -> arm.getArmId()).toArray()));
        }
        statement.setString(++index, message.stream().key());
        statement.executeUpdate();
      }
    }
  }

  static void hearSites(Connection connection, List<Message> news) throws SQLException {
    if (news.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(ADVANCE_SITES)) {
      new Columns<>(statement, news)
          .column("text", m -> SiteKey.of(m.body()).studyId())
          .column("text", m -> SiteKey.of(m.body()).siteId())
          .column("bigint", Message::version)
          .writeSome();
    }
  }
}
