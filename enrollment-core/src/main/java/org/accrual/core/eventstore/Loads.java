package org.accrual.core.eventstore;

/**
 * The SELECTs that read, in one round trip each, all that a command is decided on: the answer kept
 * for its request, the heads, the patient's latest attempt, and the stream. One row per event of
 * the stream, or one row without an event; everything else is the same in each row, or in the first
 * row only.
 */
final class Loads {
  private static final String COLUMNS =
      """
      select r.fingerprint, r.response,
             s.study_id, s.state, s.title, s.arms, s.factors, s.target, s.version as study_version,
             s.created_at, s.updated_at, s.enrollment_expiry_seconds,
             t.active, t.capacity, t.time_zone, t.version as site_version,
             %s
        from (values (1)) as always(one)
        left join enrollment.request r on r.caller = ? and r.method = ? and r.request_id = ?
      """;

  /** Parameters: caller, method, request id, study id, study id. */
  static final String STUDY =
      """
      select r.fingerprint, r.response, a.live, a.some_live,
             e.version, e.type, e.schema_version, e.payload, e.recorded_at
        from (values (1)) as always(one)
        left join enrollment.request r on r.caller = ? and r.method = ? and r.request_id = ?
        left join lateral (
          select count(*) as live, (array_agg(enrollment_id order by enrollment_id))[1:10] as some_live
            from enrollment.attempt where study_id = ? and standing = 'live') a on true
        left join enrollment.event e on e.stream_type = 'study' and e.stream_id = ?
       order by e.version
      """;

  private static final String EVENT =
      " e.version, e.type, e.schema_version, e.payload, e.recorded_at";

  /**
   * One row. A site's state is its head: its stream holds every delivery of kits, and grows.
   * Parameters: caller, method, request id, study id, study id, site id, study id, kit ids, the
   * enrollment's id as text or empty, the type of its confirmation.
   */
  static final String SITE =
      COLUMNS.formatted("k.kit_ids, k.kit_sites, k.kit_states," + EVENT)
          + """
            left join enrollment.study_head s on s.study_id = ?
            left join enrollment.site_head t on t.study_id = ? and t.site_id = ?
            left join lateral (
              select array_agg(kit_id) as kit_ids, array_agg(site_id) as kit_sites, array_agg(state) as kit_states
                from enrollment.kit where study_id = ? and kit_id = any (?)) k on true
            left join enrollment.event e on e.stream_type = 'enrollment' and e.stream_id = ? and e.type = ?
          """;

  private static final String LATEST =
      "l.enrollment_id as latest_id, l.attempt as latest, l.standing,";

  /**
   * The study is in the first row only: its design may be long, and a stream of many events would
   * repeat it. Parameters: caller, method, request id, study id, site id, study id, patient id,
   * study id.
   */
  static final String PATIENT =
      COLUMNS.formatted(LATEST + EVENT)
          + """
            left join enrollment.site_head t on t.study_id = ? and t.site_id = ?
            left join lateral (
              select enrollment_id, attempt, standing from enrollment.attempt
               where study_id = ? and patient_id = ?
               order by attempt desc limit 1) l on true
            left join enrollment.event e on e.stream_type = 'enrollment'
                 and e.stream_id = l.enrollment_id::text and l.standing = 'live'
            left join enrollment.study_head s on s.study_id = ? and coalesce(e.version, 1) = 1
           order by e.version
          """;

  private static final String RUN =
      """
      g.enrollment_id, g.attempt, g.step, g.repeats, g.study_version as run_study_version,
      g.site_version as run_site_version, g.operation_id, g.correlation_id, g.causation_id, g.actor,
      g.traceparent,
      """;

  /** The study is in the first row only. Parameters: caller, method, request id, enrollment id. */
  static final String ENROLLMENT =
      COLUMNS.formatted(LATEST + RUN + EVENT)
          + """
            left join enrollment.attempt a on a.enrollment_id = ?
            left join lateral (
              select enrollment_id, attempt, standing from enrollment.attempt
               where study_id = a.study_id and patient_id = a.patient_id
               order by attempt desc limit 1) l on true
            left join enrollment.site_head t on t.study_id = a.study_id and t.site_id = a.site_id
            left join enrollment.saga g on g.enrollment_id = a.enrollment_id
            left join enrollment.event e on e.stream_type = 'enrollment'
                 and e.stream_id = a.enrollment_id::text
            left join enrollment.study_head s on s.study_id = a.study_id and coalesce(e.version, 1) = 1
           order by e.version
          """;

  /** Parameters: enrollment ids as text, the version up to which of each. */
  static final String HISTORIES =
      """
      select e.stream_id, e.version, e.type, e.schema_version, e.payload, e.recorded_at
        from unnest(?, ?) as wanted(id, version)
        join enrollment.event e on e.stream_type = 'enrollment' and e.stream_id = wanted.id
             and e.version <= wanted.version
       order by e.stream_id, e.version
      """;

  private static final String RUNS = "select %s true from enrollment.saga g".formatted(RUN);

  /** Holds; in the order of ids, so that two batches cannot deadlock. Parameter: enrollment ids. */
  static final String HOLD_RUNS =
      RUNS
          + """
           where g.enrollment_id = any (?)
           order by g.enrollment_id for update
          """;

  /** Holds what nobody else holds. Parameters: since, limit. */
  static final String HOLD_DUE_RUNS =
      """
      with due as materialized (
        select enrollment_id, sent_lsn from enrollment.saga
         where due_at >= ? and due_at <= now()
         order by due_at limit ? for update skip locked)
      select enrollment_id, outbox.relayed(sent_lsn) as published from due
      """;

  /**
   * Holds what nobody else holds; one that was set aside waits for its next try. Parameter: limit.
   */
  static final String HOLD_EXPIRED_RUNS =
      """
      select enrollment_id from enrollment.saga
       where expires_at <= now() and (failures = 0 or due_at <= now())
       order by expires_at limit ? for update skip locked
      """;

  /** Parameter: enrollment ids as text. */
  static final String STREAMS =
      """
      select stream_id, version, type, schema_version, payload, recorded_at from enrollment.event
       where stream_type = 'enrollment' and stream_id = any (?)
       order by stream_id, version
      """;

  private Loads() {}
}
