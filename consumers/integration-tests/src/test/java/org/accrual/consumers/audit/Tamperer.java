package org.accrual.consumers.audit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/**
 * Somebody who owns the database: takes the triggers away, changes a study's trail at random and,
 * half of the times, computes all later hashes anew, in SQL and by nothing but the comment on
 * {@code audit.entry}.
 */
final class Tamperer {
  private static final String FIELD =
      """
      create or replace function pg_temp.f(t text) returns bytea language sql immutable as $$
        select int4send(octet_length(convert_to(t, 'UTF8'))) || convert_to(t, 'UTF8') $$
      """;
  private static final String CHAIN_ANEW =
      """
      do $$
      declare
        h bytea;
        r record;
      begin
        select hash into h from audit.entry where study_id = '%1$s' and position = %2$d - 1;
        if h is null then h := sha256(convert_to('accrual.audit.v1 %1$s', 'UTF8')); end if;
        for r in select * from audit.entry where study_id = '%1$s' and position >= %2$d
                  order by position loop
          h := sha256(h || pg_temp.f(r.study_id) || pg_temp.f(r.position::text)
            || pg_temp.f(r.event_id::text) || pg_temp.f(r.topic) || pg_temp.f(r.key)
            || pg_temp.f(r.version::text) || pg_temp.f(r.type)
            || pg_temp.f(coalesce(r.enrollment_id::text, '')) || pg_temp.f(r.actor)
            || pg_temp.f(r.actor_basis)
            || pg_temp.f(((extract(epoch from r.recorded_at) * 1000000)::bigint)::text)
            || pg_temp.f(((extract(epoch from r.happened_at) * 1000000)::bigint)::text)
            || pg_temp.f(r.reason) || pg_temp.f(r.correlation_id) || pg_temp.f(r.causation_id)
            || pg_temp.f(r.content::text));
          update audit.entry set hash = h where study_id = r.study_id and position = r.position;
        end loop;
      end $$
      """;
  private static final List<String> EDITS =
      List.of(
          "event_id = gen_random_uuid()",
          "topic = topic || 'x'",
          "key = 'another'",
          "version = version + 1",
          "type = 'accrual.enrollment.confirmed.v2'",
          "enrollment_id = gen_random_uuid()",
          "actor = 'somebody else'",
          "actor = '', reason = actor || reason",
          "recorded_at = recorded_at + interval '1 microsecond'",
          "happened_at = happened_at - interval '1 day'",
          "reason = reason || '.'",
          "correlation_id = 'another'",
          "causation_id = 'another'",
          "content = (content::text || ' ')::json",
          "content = '{}'");

  private final Connection connection;
  private final String study;
  private final int entries;
  private final Random random;

  Tamperer(Connection connection, String study, int entries, Random random) {
    this.connection = connection;
    this.study = study;
    this.entries = entries;
    this.random = random;
  }

  /** Does one thing; what it was. */
  String tamper() throws SQLException {
    int at = 1 + random.nextInt(entries);
    String done =
        switch (random.nextInt(7)) {
          case 0, 1 -> edit(at);
          case 6 -> {
            execute("update audit.entry set hash = sha256(hash) where " + at("=", at));
            yield "hash at " + at;
          }
          case 2 -> delete(at, false);
          case 3 -> delete(at, true);
          case 4 -> swap(at, 1 + random.nextInt(entries));
          default -> random.nextBoolean() ? cutOff(at) : putIn(at);
        };
    // A changed hash that is computed anew is as it was: nothing to find.
    boolean anew = random.nextBoolean() && !done.startsWith("hash");
    return done + (anew ? chainAnew(at) : "");
  }

  /** Computes the hashes from an entry on by the documented rule. */
  String chainAnew(int from) throws SQLException {
    execute(FIELD);
    execute(CHAIN_ANEW.formatted(study, from));
    return ", chained anew";
  }

  private String edit(int at) throws SQLException {
    String edit = EDITS.get(random.nextInt(EDITS.size()));
    execute("update audit.entry set %s where %s".formatted(edit, at("=", at)));
    return edit + " at " + at;
  }

  private String delete(int at, boolean closing) throws SQLException {
    execute("delete from audit.entry where " + at("=", at));
    if (closing) {
      shift(at, -1);
    }
    return "delete " + at + (closing ? ", gap closed" : "");
  }

  private String swap(int one, int two) throws SQLException {
    if (one == two) {
      return edit(one);
    }
    execute("update audit.entry set position = 1000000 where " + at("=", one));
    execute("update audit.entry set position = %d where %s".formatted(one, at("=", two)));
    execute("update audit.entry set position = %d where %s".formatted(two, at("=", 1_000_000)));
    // All from the smaller one on would have to be chained anew; from the larger one is half done.
    return "swap "
        + one
        + " and "
        + two
        + (random.nextBoolean() ? chainAnew(Math.min(one, two)) : "");
  }

  private String cutOff(int at) throws SQLException {
    execute("delete from audit.entry where " + at(">=", at));
    return "cut off from " + at;
  }

  private String putIn(int at) throws SQLException {
    shift(at, 1);
    execute(
        """
        insert into audit.entry
        select study_id, %d, gen_random_uuid(), topic, key, version, type, enrollment_id, actor,
               actor_basis, recorded_at, happened_at, reason, correlation_id, causation_id, content,
               hash
          from audit.entry where %s
        """
            .formatted(at, at("=", at + 1)));
    return "put in at " + at;
  }

  private void shift(int from, int by) throws SQLException {
    execute("update audit.entry set position = position + 1000000 where " + at(">=", from));
    execute(
        "update audit.entry set position = position - 1000000 + %d where %s"
            .formatted(by, at(">=", 1_000_000)));
  }

  private String at(String operator, int position) {
    return "study_id = '%s' and position %s %d".formatted(study, operator, position);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
