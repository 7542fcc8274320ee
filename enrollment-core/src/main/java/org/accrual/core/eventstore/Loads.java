package org.accrual.core.eventstore;

/**
 * The SELECTs that read, in one round trip each, all that a command is decided on: the answer kept
 * for its request, the heads, the patient's latest attempt, and the stream. One row per event of
 * the stream, or one row without an event; everything else is the same in each row.
 */
final class Loads {
  private static final String COLUMNS =
      """
      select r.fingerprint, r.response,
             s.study_id, s.state, s.title, s.arms, s.factors, s.target, s.version as study_version,
             s.created_at, s.updated_at,
             t.active, t.capacity, t.time_zone, t.taken, t.version as site_version,
             %s
             e.version, e.type, e.schema_version, e.payload, e.recorded_at
        from (values (1)) as always(one)
        left join enrollment.request r on r.method = ? and r.request_id = ?
      """;

  /** Parameters: method, request id, study id. */
  static final String STUDY =
      """
      select r.fingerprint, r.response,
             e.version, e.type, e.schema_version, e.payload, e.recorded_at
        from (values (1)) as always(one)
        left join enrollment.request r on r.method = ? and r.request_id = ?
        left join enrollment.event e on e.stream_type = 'study' and e.stream_id = ?
       order by e.version
      """;

  /** Parameters: method, request id, study id, study id, site id, stream id of the site. */
  static final String SITE =
      COLUMNS.formatted("")
          + """
              left join enrollment.study_head s on s.study_id = ?
              left join enrollment.site_head t on t.study_id = ? and t.site_id = ?
              left join enrollment.event e on e.stream_type = 'site' and e.stream_id = ?
             order by e.version
            """;

  private static final String ATTEMPT = "a.enrollment_id, a.attempt, a.standing,";

  /** Parameters: method, request id, study id, study id, site id, study id, patient id. */
  static final String PATIENT =
      COLUMNS.formatted(ATTEMPT)
          + """
              left join enrollment.study_head s on s.study_id = ?
              left join enrollment.site_head t on t.study_id = ? and t.site_id = ?
              left join lateral (
                select enrollment_id, attempt, standing from enrollment.attempt
                 where study_id = ? and patient_id = ?
                 order by attempt desc limit 1) a on true
              left join enrollment.event e on e.stream_type = 'enrollment'
                   and e.stream_id = a.enrollment_id::text and a.standing = 'live'
             order by e.version
            """;

  /** Parameters: method, request id, enrollment id. */
  static final String ENROLLMENT =
      COLUMNS.formatted(ATTEMPT)
          + """
              left join enrollment.attempt a on a.enrollment_id = ?
              left join enrollment.study_head s on s.study_id = a.study_id
              left join enrollment.site_head t on t.study_id = a.study_id and t.site_id = a.site_id
              left join enrollment.event e on e.stream_type = 'enrollment'
                   and e.stream_id = a.enrollment_id::text
             order by e.version
            """;

  /** Parameters: enrollment id as text, version up to which. */
  static final String HISTORY =
      """
      select version, type, schema_version, payload, recorded_at from enrollment.event
       where stream_type = 'enrollment' and stream_id = ? and version <= ?
       order by version
      """;

  private Loads() {}
}
