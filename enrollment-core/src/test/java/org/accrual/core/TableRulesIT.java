package org.accrual.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules that tables keep even for their owner, who no missing grant holds back. */
class TableRulesIT {
  private static final String RESTRICT_VIOLATION = "23001";
  private static final String CHECK_VIOLATION = "23514";

  private static StoredFixtures stored;
  private static Connection owner;

  @BeforeAll
  static void insertRows() throws SQLException {
    String jdbcUrl = RunningCore.migratedDatabase();
    stored = new StoredFixtures(jdbcUrl);
    owner = DriverManager.getConnection(jdbcUrl, "postgres", "");
    execute(
        """
        insert into enrollment.event
          (stream_type, stream_id, version, event_id, type, schema_version, payload, metadata, recorded_at)
        values ('study', 'S1', 1, uuidv7(), 't', 1, '', '{}', now())
        """);
    execute(
        """
        insert into outbox.message (id, aggregatetype, aggregateid, type, payload)
        values (uuidv7(), 'study.events', 'S1', 't', '')
        """);
    execute(
        """
        insert into capacity.site (study_id, site_id, version, active, capacity, taken)
        values ('S1', 'free', 1, true, 2, 1), ('S1', 'full', 1, true, 2, 2), ('S1', 'closed', 1, false, 2, 1)
        """);
    execute(
        """
        insert into analytics.standing (study_id, site_id, state, enrollments)
        values ('S1', 'V1', 'on-study', 1)
        """);
  }

  @AfterAll
  static void close() throws SQLException {
    owner.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "update enrollment.event set payload = 'x'                 | enrollment.event is"
            + " append-only",
        "update enrollment.event set version = version + 1         | enrollment.event is"
            + " append-only",
        "delete from enrollment.event                              | enrollment.event is"
            + " append-only",
        "truncate enrollment.event                                 | enrollment.event is"
            + " append-only",
        "update outbox.message set payload = 'x'                   | outbox.message is insert-only",
        "update outbox.message set created_at = '2000-01-01'       | outbox.message is insert-only",
        "delete from outbox.message                                | outbox.message is insert-only",
        "truncate outbox.message                                   | outbox.message is insert-only",
      })
  void anEventAndAMessageAreNeverChanged(String sql, String message) {
    List<String> events = stored.texts("select e::text from enrollment.event e");
    List<String> messages = stored.texts("select m::text from outbox.message m");

    assertRefused(sql, RESTRICT_VIOLATION, message);

    assertThat(events).hasSize(1);
    assertThat(messages).hasSize(1);
    assertThat(stored.texts("select e::text from enrollment.event e")).isEqualTo(events);
    assertThat(stored.texts("select m::text from outbox.message m")).isEqualTo(messages);
  }

  @Test
  void aPartitionOfTheOutboxKeepsItsRuleToo() {
    String partition =
        stored.texts("select tableoid::regclass::text from outbox.message").getFirst();

    assertRefused("delete from " + partition, RESTRICT_VIOLATION, "outbox.message is insert-only");
  }

  @ParameterizedTest
  @CsvSource({"full, 1", "closed, 1", "free, 2"})
  void moreSlotsThanASiteHasAreNeverTaken(String site, int more) {
    assertRefused(
        "update capacity.site set taken = taken + %d where site_id = '%s'".formatted(more, site),
        CHECK_VIOLATION,
        "site S1/%s has no free slot".formatted(site));
  }

  @Test
  void theLastSlotIsTakenAndACapacityBelowTheTakenSlotsIsAllowed() throws SQLException {
    owner.setAutoCommit(false);
    try {
      execute("update capacity.site set taken = taken + 1 where site_id = 'free'");
      execute("update capacity.site set capacity = 1 where site_id = 'full'");
      execute("update capacity.site set taken = taken - 1 where site_id = 'full'");
    } finally {
      owner.rollback();
      owner.setAutoCommit(true);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "update analytics.standing set enrollments = enrollments - 2",
        """
        insert into analytics.standing (study_id, site_id, state, enrollments) \
        values ('S1', 'V1', 'on-study', -2) \
        on conflict (study_id, site_id, state) \
        do update set enrollments = standing.enrollments + excluded.enrollments\
        """,
      })
  void noStateHasLessThanNoEnrollments(String sql) {
    assertRefused(sql, CHECK_VIOLATION, "fewer than no enrollments of S1/V1 in state on-study");

    assertThat(stored.texts("select enrollments from analytics.standing")).containsExactly("1");
  }

  @Test
  @DisplayName("ops.saga_balance shows places that no reservation has")
  void theBalanceShowsWhatDoesNotAgree() {
    assertThat(
            stored.texts(
                """
                select format('%s: %s taken, %s reserved, %s difference', site_id, places_taken, places_reserved,
                              counter_difference)
                  from ops.saga_balance order by site_id
                """))
        .containsExactly(
            "closed: 1 taken, 0 reserved, 1 difference",
            "free: 1 taken, 0 reserved, 1 difference",
            "full: 2 taken, 0 reserved, 2 difference");
  }

  @Test
  @DisplayName("Every table and view has a comment, and every column that people read")
  void everythingHasAComment() {
    // Columns of supply and randomization are for their consumers alone: arms and schedules.
    String without =
        """
        with relation as (
          select c.oid, c.oid::regclass::text as name, n.nspname as schema
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where c.relkind in ('r', 'p', 'v') and not c.relispartition
             and n.nspname !~ '^(pg_|information_schema$|public$)')
        select name from relation where obj_description(oid, 'pg_class') is null
        union all
        select name || '.' || attname
          from relation join pg_attribute on attrelid = oid and attnum > 0 and not attisdropped
         where schema not in ('supply', 'randomization') and col_description(oid, attnum) is null
        order by 1
        """;
    assertThat(stored.texts(without)).isEmpty();
  }

  private static void assertRefused(String sql, String sqlState, String message) {
    SQLException e = catchThrowableOfType(SQLException.class, () -> execute(sql));
    assertThat((Throwable) e).as("%s was not refused", sql).isNotNull();
    assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(sqlState);
    assertThat(e.getMessage()).contains(message);
  }

  private static void execute(String sql) throws SQLException {
    try (Statement statement = owner.createStatement()) {
      statement.execute(sql);
    }
  }
}
