package org.accrual.core.eventstore;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.accrual.core.application.Answer;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.KeptAnswer;
import org.accrual.core.application.Origin;
import org.accrual.core.application.Recorded;
import org.accrual.core.application.RunningSaga;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.application.StudyRecord;
import org.accrual.core.domain.enrollment.EnrollmentEvent;
import org.accrual.core.domain.enrollment.EnrollmentEvent.EnrollmentConfirmed;
import org.accrual.core.domain.enrollment.EnrollmentPhase.Standing;
import org.accrual.core.domain.enrollment.LatestAttempt;
import org.accrual.core.domain.saga.SagaRun;
import org.accrual.core.domain.saga.SagaStep;
import org.accrual.core.domain.site.KitState;
import org.accrual.core.domain.site.KnownKit;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.site.SiteState;
import org.accrual.core.domain.study.LiveEnrollments;
import org.accrual.core.domain.study.StudyDesign;
import org.accrual.core.domain.study.StudyPhase;
import org.accrual.core.eventstore.AvroBytes.Encoded;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

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
            row.getInt("target"),
            Optional.ofNullable(row.getObject("enrollment_expiry_seconds", Integer.class))
                .map(Duration::ofSeconds));
    return Optional.of(
        new StudyRecord(
            StudyPhase.ofCode(state).with(design),
            row.getLong("study_version"),
            instant(row, "created_at"),
            instant(row, "updated_at")));
  }

  static SiteState site(ResultSet row) throws SQLException {
    return row.getLong("site_version") == 0 ? SiteState.initial() : knownSite(row);
  }

  static Optional<SiteRecord> siteRecord(ResultSet row, SiteId site) throws SQLException {
    long version = row.getLong("site_version");
    return version == 0
        ? Optional.empty()
        : Optional.of(new SiteRecord(site, knownSite(row), version));
  }

  private static SiteState.Known knownSite(ResultSet row) throws SQLException {
    int capacity = row.getInt("capacity");
    ZoneId zone = ZoneId.of(row.getString("time_zone"));
    return row.getBoolean("active")
        ? new SiteState.Active(capacity, zone)
        : new SiteState.Inactive(capacity, zone);
  }

  static LiveEnrollments live(ResultSet row) throws SQLException {
    Array some = row.getArray("some_live");
    return some == null
        ? LiveEnrollments.NONE
        : new LiveEnrollments(row.getLong("live"), List.of((UUID[]) some.getArray()));
  }

  static Map<String, KnownKit> kits(ResultSet row) throws SQLException {
    Array ids = row.getArray("kit_ids");
    if (ids == null) {
      return Map.of();
    }
    String[] kits = (String[]) ids.getArray();
    String[] sites = (String[]) row.getArray("kit_sites").getArray();
    String[] states = (String[]) row.getArray("kit_states").getArray();
    Map<String, KnownKit> known = HashMap.newHashMap(kits.length);
    for (int i = 0; i < kits.length; i++) {
      known.put(kits[i], new KnownKit(sites[i], KitState.ofCode(states[i])));
    }
    return known;
  }

  static Optional<EnrollmentConfirmed> confirmed(ResultSet row) throws SQLException {
    return row.getLong("version") == 0
        ? Optional.empty()
        : event(row, EnrollmentEventCodec::fromAvro).stream()
            .map(Recorded::event)
            .filter(EnrollmentConfirmed.class::isInstance)
            .map(EnrollmentConfirmed.class::cast)
            .findFirst();
  }

  static Optional<LatestAttempt> latest(ResultSet row) throws SQLException {
    UUID id = row.getObject("latest_id", UUID.class);
    return id == null
        ? Optional.empty()
        : Optional.of(
            new LatestAttempt(
                id,
                row.getInt("latest"),
                Standing.valueOf(row.getString("standing").toUpperCase(Locale.ROOT))));
  }

  static Optional<RunningSaga> saga(ResultSet row) throws SQLException {
    UUID id = row.getObject("enrollment_id", UUID.class);
    return id == null
        ? Optional.empty()
        : Optional.of(
            new RunningSaga(
                id,
                new SagaRun(
                    row.getInt("attempt"),
                    SagaStep.ofCode(row.getString("step")),
                    row.getLong("run_study_version"),
                    row.getLong("run_site_version"),
                    row.getInt("repeats")),
                Optional.ofNullable(row.getObject("operation_id", UUID.class)),
                new Origin(
                    row.getString("correlation_id"),
                    row.getString("causation_id"),
                    row.getString("actor"),
                    row.getString("traceparent"))));
  }

  /** The events from the current row to the last. */
  static <E> List<Recorded<E>> events(ResultSet rows, Function<SpecificRecord, E> decoder)
      throws SQLException {
    List<Recorded<E>> events = new ArrayList<>();
    do {
      if (rows.getLong("version") > 0) {
        events.addAll(event(rows, decoder));
      }
    } while (rows.next());
    return events;
  }

  /** Reads the rows of several enrollments' streams, each with its {@code stream_id}. */
  static Map<UUID, EnrollmentHistory> histories(ResultSet rows) throws SQLException {
    Map<UUID, List<Recorded<EnrollmentEvent>>> streams = new HashMap<>();
    while (rows.next()) {
      streams
          .computeIfAbsent(UUID.fromString(rows.getString("stream_id")), _ -> new ArrayList<>())
          .addAll(event(rows, EnrollmentEventCodec::fromAvro));
    }
    Map<UUID, EnrollmentHistory> histories = new HashMap<>();
    streams.forEach((id, events) -> histories.put(id, new EnrollmentHistory(events)));
    return histories;
  }

  /** The event of the current row; several with its version, if it was split since. */
  static <E> List<Recorded<E>> event(ResultSet row, Function<SpecificRecord, E> decoder)
      throws SQLException {
    Encoded encoded =
        new Encoded(row.getString("type"), row.getInt("schema_version"), row.getBytes("payload"));
    long version = row.getLong("version");
    Instant at = instant(row, "recorded_at");
    Schema written =
        StoredSchemas.of(
            encoded.type(), encoded.schemaVersion(), row.getStatement().getConnection());
    return AvroBytes.decode(encoded, written).stream()
        .map(event -> new Recorded<>(version, at, decoder.apply(event)))
        .toList();
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
