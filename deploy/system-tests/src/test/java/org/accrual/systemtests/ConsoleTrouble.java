package org.accrual.systemtests;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * Studies whose enrollments the projection cannot take in beyond their second event, until they are
 * mended.
 */
final class ConsoleTrouble {
  private final TestStack stack;

  ConsoleTrouble(TestStack stack) {
    this.stack = stack;
    execute("create table if not exists public.bad_study (study_id text primary key)");
    execute(
        """
        create or replace function public.refuse_bad_study() returns trigger language plpgsql as $$
        begin
          if new.version >= 3 and exists (select from public.bad_study where study_id = new.study_id) then
            raise exception 'the projection refuses %', new.study_id;
          end if;
          return new;
        end $$
        """);
    execute(
        """
        create or replace trigger refuse_bad_study before insert or update on projection.enrollment
          for each row execute function public.refuse_bad_study()
        """);
  }

  /** A study of that many patients, each of whose keys gets parked. */
  void park(SiteClient client, String study, int patients) {
    execute("insert into public.bad_study values ('%s')".formatted(study));
    client.openSite(study, "S1", patients);
    for (int patient = 1; patient <= patients; patient++) {
      client.enrolled(SiteClient.enroll(study, "S1", study + "-P" + patient));
    }
  }

  void mend(String study) {
    execute("delete from public.bad_study where study_id = '%s'".formatted(study));
  }

  /** Everything as it was, for the tests that share the stack. */
  void remove() {
    execute("drop trigger if exists refuse_bad_study on projection.enrollment");
    execute("drop table public.bad_study");
  }

  long count(String sql) {
    return Long.parseLong(
        stack.evidence().rows("select count(*)::text from (%s) found".formatted(sql)).getFirst());
  }

  private void execute(String sql) {
    try (Connection connection = DriverManager.getConnection(stack.jdbc(), "postgres", "")) {
      connection.createStatement().execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
