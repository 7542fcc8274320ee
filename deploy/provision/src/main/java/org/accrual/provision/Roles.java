package org.accrual.provision;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.accrual.runtime.DatabaseSettings;

/** Rights of Accrual's roles that only a superuser can give; the migrations need none. */
public final class Roles {
  private static final String MISSING =
      """
      select what from (values
        (not (select rolreplication from pg_roles where rolname = 'accrual_relay'),
         'accrual_relay has no REPLICATION'),
        (not has_function_privilege('accrual_relay', 'pg_log_standby_snapshot()', 'execute'),
         'accrual_relay may not execute pg_log_standby_snapshot'),
        (has_function_privilege('public', 'pg_logical_emit_message(boolean, text, text, boolean)', 'execute')
           or has_function_privilege('public', 'pg_logical_emit_message(boolean, text, bytea, boolean)', 'execute'),
         'PUBLIC may execute pg_logical_emit_message')) as rights (missing, what)
       where missing
      union all
      select format('%s may not SET ROLE %s', current_user, name)
        from unnest(array['accrual_relay', 'accrual_analytics', 'accrual_audit', 'accrual_notification']) name
       where not pg_has_role(name, 'SET')\
      """;

  private Roles() {}

  /**
   * Gives the roles their rights if the user is a superuser; otherwise checks them.
   *
   * @return one line about it, which names the rights that are missing
   */
  public static String ensure(DatabaseSettings settings) {
    try (Connection connection = Database.connect(settings);
        Statement statement = connection.createStatement()) {
      if (isSuperuser(statement)) {
        statement.execute(script());
      }
      List<String> missing = new ArrayList<>();
      ResultSet rows = statement.executeQuery(MISSING);
      while (rows.next()) {
        missing.add(rows.getString("what"));
      }
      return missing.isEmpty()
          ? "roles: complete"
          : "roles: %s. Have a superuser run the statements that 'Provision roles' prints"
              .formatted(String.join(", ", missing));
    } catch (SQLException e) {
      throw new ProvisionRefused("roles: " + e.getMessage(), e);
    }
  }

  /** Returns the statements that a superuser runs in Accrual's database. */
  static String script() {
    try (InputStream script =
        Objects.requireNonNull(Roles.class.getResourceAsStream("/db/roles.sql"))) {
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSuperuser(Statement statement) throws SQLException {
    ResultSet row =
        statement.executeQuery("select rolsuper from pg_roles where rolname = current_user");
    return row.next() && row.getBoolean(1);
  }
}
