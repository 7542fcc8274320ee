package org.accrual.core.eventstore;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.accrual.core.application.Answer;
import org.accrual.core.application.KeptAnswer;
import org.accrual.core.application.Recorded;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.enrollment.EarlierAttempt;
import org.accrual.core.domain.enrollment.SiteSlots;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyPhase;
import org.accrual.core.eventstore.AvroBytes.Encoded;
import org.apache.avro.specific.SpecificRecordBase;

/** Reads the rows of {@link Loads}; each method reads at the current row. */
final class LoadedRows {
  private LoadedRows() {}

  static Optional<KeptAnswer> kept(ResultSet row) throws SQLException {
    byte[] fingerprint = row.getBytes("fingerprint");
    return fingerprint == null
        ? Optional.empty()
        : Optional.of(
            new KeptAnswer(
                HexFormat.of().formatHex(fingerprint), new Answer(row.getBytes("response"))));
  }

  static Optional<StudyRecord> study(ResultSet row) throws SQLException {
    String state = row.getString("state");
    if (state == null) {
      return Optional.empty();
    }
    StudyDesign design =
        new StudyDesign(
            row.getString("study_id"),
            row.getString("title"),
            Json.arms(row.getString("arms")),
            Json.factors(row.getString("factors")),
            row.getInt("target"));
    return Optional.of(
        new StudyRecord(
            StudyPhase.ofCode(state).with(design),
            row.getLong("study_version"),
            instant(row, "created_at"),
            instant(row, "updated_at")));
  }

  static SiteState site(ResultSet row) throws SQLException {
    if (row.getLong("site_version") == 0) {
      return SiteState.initial();
    }
    int capacity = row.getInt("capacity");
    ZoneId zone = ZoneId.of(row.getString("time_zone"));
    return row.getBoolean("active")
        ? new SiteState.Active(capacity, zone)
        : new SiteState.Inactive(capacity, zone);
  }

  static SiteSlots slots(ResultSet row) throws SQLException {
    return new SiteSlots(row.getInt("capacity"), row.getInt("taken"));
  }

  /** Of the patient's latest attempt; one that is live is not an earlier one. */
  static EarlierAttempt earlier(ResultSet row) throws SQLException {
    String standing = row.getString("standing");
    if (standing == null || standing.equals("live")) {
      return new EarlierAttempt.None();
    }
    UUID enrollmentId = row.getObject("enrollment_id", UUID.class);
    return standing.equals("ended")
        ? new EarlierAttempt.Ended(enrollmentId, row.getInt("attempt"))
        : new EarlierAttempt.Barred(enrollmentId);
  }

  /** The events from the current row to the last. */
  static <E> List<Recorded<E>> events(ResultSet rows, Function<SpecificRecordBase, E> decoder)
      throws SQLException {
    List<Recorded<E>> events = new ArrayList<>();
    do {
      long version = rows.getLong("version");
      if (version > 0) {
        Encoded encoded =
            new Encoded(
                rows.getString("type"), rows.getInt("schema_version"), rows.getBytes("payload"));
        events.add(
            new Recorded<>(
                version, instant(rows, "recorded_at"), decoder.apply(AvroBytes.decode(encoded))));
      }
    } while (rows.next());
    return events;
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
