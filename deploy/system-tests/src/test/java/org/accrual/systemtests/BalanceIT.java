package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.accrual.embedded.SharedParts;
import org.accrual.provision.Database;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker of slots, kits and allocations finds what it is there to find. */
class BalanceIT {
  /**
   * A site with four slots and five kits. Patient 1 is on study by the second request, 2 completed
   * the study, 3 withdrew from it, 4 was rejected after everything had been given back.
   */
  private static final String BALANCED =
      """
      insert into enrollment.study_head (study_id, state, title, arms, factors, target, version, created_at, updated_at)
      values ('S', 'active', 't', '[]', '[]', 9, 1, now(), now());
      insert into enrollment.site_head (study_id, site_id, active, capacity, time_zone, version)
      values ('S', 'X', true, 4, 'UTC', 1);
      insert into enrollment.attempt (enrollment_id, study_id, patient_id, site_id, attempt, standing)
      select pg_temp.id(n), 'S', 'P' || n, 'X', 1, 'live' from generate_series(1, 4) n;
      insert into enrollment.event
             (stream_type, stream_id, version, event_id, type, schema_version, payload, metadata, recorded_at)
      select 'enrollment', pg_temp.id(n)::text, v, gen_random_uuid(), 'accrual.enrollment.' || type || '.v1', 1, '', '{}', now()
        from (values (1, 1, 'requested'), (1, 2, 'rejected'), (1, 3, 'requested'), (1, 4, 'confirmed'),
                     (2, 1, 'requested'), (2, 2, 'confirmed'), (2, 3, 'taken-off-study'),
                     (3, 1, 'requested'), (3, 2, 'confirmed'), (3, 3, 'patient-withdrawn'), (3, 4, 'taken-off-study'),
                     (4, 1, 'requested'), (4, 2, 'rejected')) e (n, v, type);
      insert into capacity.site values ('S', 'X', 1, true, 4, 1);
      insert into capacity.reservation
      select pg_temp.id(n), attempt, 'S', 'X', state, null, now()
        from (values (1, 1, 'released'), (1, 2, 'reserved'), (2, 1, 'released'), (3, 1, 'released'),
                     (4, 1, 'released')) r (n, attempt, state);
      insert into supply.study values ('S', 1, '{A}');
      insert into supply.site values ('S', 'X', 1);
      insert into supply.hold
      select pg_temp.id(n), attempt, 'S', 'X', state, now()
        from (values (1, 1, 'released'), (1, 2, 'allocated'), (2, 1, 'allocated'), (3, 1, 'allocated'),
                     (4, 1, 'released')) h (n, attempt, state);
      insert into supply.kit (study_id, kit_id, site_id, sealed_arm, received_at, enrollment_id, attempt)
      values ('S', 'K1', 'X', '', now(), pg_temp.id(1), 2), ('S', 'K2', 'X', '', now(), pg_temp.id(2), 1),
             ('S', 'K3', 'X', '', now(), pg_temp.id(3), 1), ('S', 'K4', 'X', '', now(), null, null);
      insert into randomization.study values ('S', 1, '{A}', '{1}', '[]', '{2}', true, 'a', '', sha256(''));
      insert into randomization.site values ('S', 'X', 3);
      insert into randomization.stratum values ('S', 'X', '{}', 3);
      insert into randomization.place
      select format('00000000-0000-4000-8000-00000000000%s', n)::uuid, 'S', 'X', '{}', n, 'P' || n, n
        from generate_series(1, 3) n;
      insert into randomization.allocation
      select pg_temp.id(n), attempt, format('00000000-0000-4000-8000-00000000000%s', n)::uuid, '', now()
        from (values (1, 2), (2, 1), (3, 1)) a (n, attempt);
      """;

  private final String database =
      SharedParts.database(
          "migrated", url -> Database.migrate(new DatabaseSettings(url, "postgres", "")));
  private final Balance balance = new Balance(new Evidence(database, ""));

  @BeforeEach
  void aStudyInBalance() throws SQLException {
    execute(BALANCED);
  }

  @Test
  @DisplayName("A study in balance has nothing wrong")
  void nothingIsWrongWithAStudyInBalance() {
    assertThat(balance.wrong("S")).isEmpty();
    assertThat(balance.onStudy("S")).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          a compensation that forgets ReleaseKits after hold-kits | update supply.hold set state = 'held' where enrollment_id = pg_temp.id(4) | holds on a kit of every arm that nobody waits for
          a compensation that forgets ReleaseSlot | update capacity.reservation set state = 'reserved' where enrollment_id = pg_temp.id(4); update capacity.site set taken = 2 | slots that are not their patients'
          a withdrawal that forgets ReleaseSlot | update capacity.reservation set state = 'reserved' where enrollment_id = pg_temp.id(3); update capacity.site set taken = 2 | slots that are not their patients'
          a withdrawal that releases the kit | update supply.hold set state = 'released' where enrollment_id = pg_temp.id(3); update supply.kit set enrollment_id = null, attempt = null where kit_id = 'K3' | kits that are not their patients'
          a release of another request's slot | update capacity.reservation set state = case attempt when 1 then 'reserved' else 'released' end where enrollment_id = pg_temp.id(1) | slots that are not their patients'
          a release of a kit that is in use | update supply.kit set enrollment_id = null, attempt = null where kit_id = 'K2' | kits that are not their patients'
          a release without its answer | update supply.hold set state = 'released' where enrollment_id = pg_temp.id(2); update supply.kit set enrollment_id = null, attempt = null where kit_id = 'K2' | holds that are not their patients'
          a counter that was not counted down | update capacity.site set taken = 2 | sites whose counter is not the number of their slots
          a place of a limit that was not given back | insert into capacity.study values ('S', 1); insert into capacity.study_limit values ('S', 0, '{}', 9, 1) | limits whose counter is not the number of the patients
          a site that is overbooked | alter table capacity.site disable trigger user; update capacity.site set capacity = 0 | sites whose counter is not the number of their slots
          a command that waits for ever | insert into supply.pending values (pg_temp.id(4), 1, 'S', 'X', 't', 1, '', gen_random_uuid(), 'c', 'a', '') | commands that wait at supply
          a command that waits for a slot | insert into capacity.pending values (pg_temp.id(4), 1, 'S', 'X', 't', 1, '', gen_random_uuid(), 'c', 'a', '') | commands that wait at capacity
          a command that waits for an arm | insert into randomization.pending values (pg_temp.id(4), 1, 'S', 'X', 't', 1, '', gen_random_uuid(), 'c', 'a', '') | commands that wait at randomization
          an allocation to nobody | insert into randomization.allocation select pg_temp.id(9), 1, allocation_id, '', now() from randomization.place limit 1 | allocations that were made for no request
          a confirmation without its own allocation | alter table randomization.allocation disable trigger user; update randomization.allocation set attempt = 1 where enrollment_id = pg_temp.id(1) | patients without the allocation of the request that was confirmed
          a saga that does not end | insert into enrollment.saga (enrollment_id, attempt, step, due_at, study_version, site_version, correlation_id, causation_id, actor, traceparent, started_at) values (pg_temp.id(4), 1, 'return-slot', now(), 0, 0, 'c', 'c', 'a', '', now()) | sagas that have not ended
          an operation that does not end | insert into enrollment.operation (operation_id, enrollment_id, study_id, site_id, patient_id, stage, stages, version, correlation_id, created_at, updated_at, expires_at) values (pg_temp.id(7), pg_temp.id(4), 'S', 'X', 'P4', 'accepted', '[]', 1, 'c', now(), now(), now() + interval '1 day') | operations that have not ended
          """)
  void isFound(String fault, String sql, String finding) throws SQLException {
    execute(sql);

    assertThat(balance.wrong("S")).as(fault).anyMatch(line -> line.startsWith(finding));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(database, "postgres", "");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          """
          create function pg_temp.id(n int) returns uuid language sql immutable
            return ('00000000-0000-7000-8000-00000000000' || n)::uuid;
          """);
      statement.execute(sql);
      connection.commit();
    }
  }
}
