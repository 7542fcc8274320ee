package org.accrual.consumers.participant;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import org.accrual.consumers.database.Columns;

/**
 * Holds the rows of studies and sites until commit, and makes those that are not there yet, so that
 * what is not heard of can be held too. Studies before sites, each in the order of their keys: two
 * batches cannot deadlock.
 */
public final class Locks {
  private final String makeStudies;
  private final String holdStudies;
  private final String makeSites;
  private final String holdSites;

  /**
   * @param schema a participant's
   */
  public Locks(String schema) {
    makeStudies =
        """
        insert into %s.study (study_id) select id from unnest(?) as w (id) order by id
        on conflict do nothing
        """
            .formatted(schema);
    holdStudies =
        "select 1 from %s.study where study_id = any (?) order by study_id for ".formatted(schema);
    makeSites =
        """
        insert into %s.site (study_id, site_id)
        select study_id, site_id from unnest(?, ?) as w (study_id, site_id) order by 1, 2
        on conflict do nothing
        """
            .formatted(schema);
    holdSites =
        """
        select 1 from %s.site s join unnest(?, ?) as w (study_id, site_id) using (study_id, site_id)
         order by s.study_id, s.site_id for update of s
        """
            .formatted(schema);
  }

  /**
   * Holds studies, shared or alone.
   *
   * @param news whether one of them is about to change; those who only decide do not wait for each
   *     other
   */
  public void studies(Connection connection, Collection<String> studies, boolean news)
      throws SQLException {
    try (PreparedStatement make = connection.prepareStatement(makeStudies)) {
      new Columns<>(make, studies).column("text", id -> id).writeSome();
    }
    String hold = holdStudies + (news ? "update" : "share");
    try (PreparedStatement statement = connection.prepareStatement(hold)) {
      new Columns<>(statement, studies).column("text", id -> id);
      statement.execute();
    }
  }

  /** Holds sites, alone. */
  public void sites(Connection connection, Collection<SiteKey> sites) throws SQLException {
    try (PreparedStatement make = connection.prepareStatement(makeSites)) {
      new Columns<>(make, sites)
          .column("text", SiteKey::studyId)
          .column("text", SiteKey::siteId)
          .writeSome();
    }
    try (PreparedStatement hold = connection.prepareStatement(holdSites)) {
      new Columns<>(hold, sites).column("text", SiteKey::studyId).column("text", SiteKey::siteId);
      hold.execute();
    }
  }
}
