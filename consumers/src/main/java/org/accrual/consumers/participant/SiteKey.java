package org.accrual.consumers.participant;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.avro.specific.SpecificRecord;

/** A site of a study. */
public record SiteKey(String studyId, String siteId) {

  /** From the columns {@code study_id} and {@code site_id}. */
  public static SiteKey read(ResultSet row) throws SQLException {
    return new SiteKey(row.getString("study_id"), row.getString("site_id"));
  }

  /** Whom a command or an event of a site is about: all of them say it in the same way. */
  public static SiteKey of(SpecificRecord body) {
    return new SiteKey(Fields.text(body, "study_id"), Fields.text(body, "site_id"));
  }

  /** As it stands in a record's key. */
  @Override
  public String toString() {
    return studyId + "/" + siteId;
  }
}
