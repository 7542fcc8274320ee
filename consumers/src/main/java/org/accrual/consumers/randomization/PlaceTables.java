package org.accrual.consumers.randomization;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.SiteKey;

/** {@code randomization.stratum}, {@code place}, and the counter in {@code site}. */
final class PlaceTables {
  private static final String MAKE_STRATA =
      """
      insert into randomization.stratum (study_id, site_id, stratum)
      select study_id, site_id, stratum::int[]
        from unnest(?, ?, ?) as w (study_id, site_id, stratum) order by 1, 2, 3
          on conflict do nothing
      """;
  private static final String LOCK_STRATA =
      """
      select s.* from randomization.stratum s
        join unnest(?, ?, ?) as w (study_id, site_id, stratum)
          on s.study_id = w.study_id and s.site_id = w.site_id and s.stratum = w.stratum::int[]
       order by s.study_id, s.site_id, s.stratum for update of s
      """;
  private static final String READ_NUMBERED =
      """
      select s.* from randomization.site s
        join unnest(?, ?) as w (study_id, site_id) using (study_id, site_id)
      """;
  private static final String READ_PLACES =
      """
      select p.* from randomization.place p
        join unnest(?, ?) as w (study_id, patient_id) using (study_id, patient_id)
      """;
  private static final String WRITE_STRATA =
      """
      update randomization.stratum s set drawn = c.drawn
        from unnest(?, ?, ?, ?) as c (study_id, site_id, stratum, drawn)
       where s.study_id = c.study_id and s.site_id = c.site_id and s.stratum = c.stratum::int[]
      """;
  private static final String WRITE_NUMBERED =
      """
      update randomization.site s set numbered = c.numbered
        from unnest(?, ?, ?) as c (study_id, site_id, numbered)
       where s.study_id = c.study_id and s.site_id = c.site_id
      """;
  private static final String WRITE_PLACES =
      """
      insert into randomization.place (allocation_id, study_id, site_id, stratum, ordinal,
             patient_id, randomization_number)
      select allocation_id, study_id, site_id, stratum::int[], ordinal, patient_id, number
        from unnest(?, ?, ?, ?, ?, ?, ?)
             as c (allocation_id, study_id, site_id, stratum, ordinal, patient_id, number)
      """;

  /** A patient of a study, in whatever strata. */
  record Patient(String studyId, String patientId) {}

  private PlaceTables() {}

  /** Locks strata, after studies and sites, in order; returns how many places each has used. */
  static Map<Stratum.Key, Long> lockStrata(Connection connection, Collection<Stratum.Key> keys)
      throws SQLException {
    Map<Stratum.Key, Long> drawn = HashMap.newHashMap(keys.size());
    if (keys.isEmpty()) {
      return drawn;
    }
    try (PreparedStatement make = connection.prepareStatement(MAKE_STRATA)) {
      strata(make, keys).writeSome();
    }
    try (PreparedStatement lock = connection.prepareStatement(LOCK_STRATA)) {
      strata(lock, keys);
      try (ResultSet rows = lock.executeQuery()) {
        while (rows.next()) {
          drawn.put(key(rows), rows.getLong("drawn"));
        }
      }
    }
    return drawn;
  }

  /** Returns how many randomization numbers sites have used; the sites are locked. */
  static Map<SiteKey, Long> numbered(Connection connection, Collection<SiteKey> sites)
      throws SQLException {
    Map<SiteKey, Long> numbered = HashMap.newHashMap(sites.size());
    try (PreparedStatement statement = connection.prepareStatement(READ_NUMBERED)) {
      new Columns<>(statement, sites)
          .column("text", SiteKey::studyId)
          .column("text", SiteKey::siteId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          numbered.put(SiteKey.read(rows), rows.getLong("numbered"));
        }
      }
    }
    return numbered;
  }

  static Map<Stratum.Patient, Place> places(Connection connection, Collection<Patient> patients)
      throws SQLException {
    Map<Stratum.Patient, Place> places = new HashMap<>();
    if (patients.isEmpty()) {
      return places;
    }
    try (PreparedStatement statement = connection.prepareStatement(READ_PLACES)) {
      new Columns<>(statement, patients)
          .column("text", Patient::studyId)
          .column("text", Patient::patientId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Place place = place(rows);
          places.put(place.patient(), place);
        }
      }
    }
    return places;
  }

  static Place place(ResultSet row) throws SQLException {
    return new Place(
        row.getObject("allocation_id", UUID.class),
        new Stratum.Patient(key(row), row.getString("patient_id")),
        row.getLong("ordinal"),
        row.getString("randomization_number"));
  }

  static void write(Connection connection, Places places) throws SQLException {
    if (places.used().isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE_STRATA)) {
      strata(statement, places.drawn().keySet())
          .column("bigint", key -> places.drawn().get(key))
          .write();
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE_NUMBERED)) {
      new Columns<>(statement, places.numbered().entrySet())
          .column("text", e -> e.getKey().studyId())
          .column("text", e -> e.getKey().siteId())
          .column("bigint", Map.Entry::getValue)
          .write();
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE_PLACES)) {
      new Columns<>(statement, places.used())
          .column("uuid", Place::allocationId)
          .column("text", p -> p.patient().stratum().studyId())
          .column("text", p -> p.patient().stratum().siteId())
          .column("text", p -> p.patient().stratum().array())
          .column("bigint", Place::ordinal)
          .column("text", p -> p.patient().patientId())
          .column("text", Place::number)
          .write();
    }
  }

  private static Columns<Stratum.Key> strata(
      PreparedStatement statement, Collection<Stratum.Key> keys) throws SQLException {
    return new Columns<>(statement, keys)
        .column("text", Stratum.Key::studyId)
        .column("text", Stratum.Key::siteId)
        .column("text", Stratum.Key::array);
  }

  private static Stratum.Key key(ResultSet row) throws SQLException {
    return new Stratum.Key(
        row.getString("study_id"),
        row.getString("site_id"),
        List.of((Integer[]) row.getArray("stratum").getArray()));
  }
}
