package org.accrual.provision;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.accrual.embedded.SharedParts;
import org.accrual.runtime.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The owner of a database who is no superuser")
class OwnerProvisionIT {
  private static final List<String> ROLES =
      List.of("accrual_relay", "accrual_analytics", "accrual_audit", "accrual_notification");

  private final String url = SharedParts.emptyDatabase();
  private final String database = url.substring(url.lastIndexOf('/') + 1);
  private final String owner = "owner_of_" + database;
  private final List<String> lines = new ArrayList<>();

  /** Other tests' databases depend on the server's roles: they get other names meanwhile. */
  @BeforeEach
  void hideRoles() throws SQLException {
    renameRoles("", "_hidden");
  }

  @AfterEach
  void restoreRoles() throws SQLException {
    sql("select pg_drop_replication_slot(slot_name) from pg_replication_slots");
    for (String role : ROLES) {
      sql("drop owned by %s cascade".formatted(role));
    }
    sql("reassign owned by %s to postgres".formatted(owner));
    sql("drop owned by %s cascade".formatted(owner));
    for (String role : ROLES) {
      sql("drop role " + role);
    }
    sql("drop role " + owner);
    renameRoles("_hidden", "");
  }

  @Test
  @DisplayName(
      "with CREATEROLE provisions, and provision lists the rights that only a superuser can give")
  void provisionsAndNamesWhatIsMissing() throws Exception {
    createOwner("createrole");

    provision();

    assertThat(lines)
        .anySatisfy(line -> assertThat(line).matches("database: \\d+ migrations applied, .*"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "roles: ",
                        "accrual_relay has no REPLICATION",
                        "accrual_relay may not execute pg_log_standby_snapshot",
                        "PUBLIC may execute pg_logical_emit_message",
                        "Provision roles")
                    .doesNotContain("accrual_audit"))
        .anySatisfy(line -> assertThat(line).contains("slot: accrual_outbox not made"));
    assertThat(value("select count(*) from pg_replication_slots")).isEqualTo("0");

    sql(Roles.script());
    lines.clear();
    provision();

    assertThat(lines).contains("roles: complete", "slot: accrual_outbox made");
    assertThat(value("select count(*) from ops.relay")).isEqualTo("1");
  }

  @Test
  @DisplayName("without CREATEROLE provisions once a superuser has run the statements")
  void provisionsAfterTheStatements() throws Exception {
    createOwner("nocreaterole");
    sql(Roles.script());

    provision();

    assertThat(lines).contains("roles: complete", "slot: accrual_outbox made");
  }

  private void createOwner(String attributes) throws SQLException {
    sql("create role %s login %s".formatted(owner, attributes));
    sql("alter database %s owner to %s".formatted(database, owner));
  }

  private void provision() {
    ProvisionSettings settings =
        new ProvisionSettings(
            new DatabaseSettings(url, owner, ""),
            "127.0.0.1:1",
            URI.create("http://127.0.0.1:1"),
            1,
            ProvisionSettings.OUTBOX_RETENTION,
            OutboxSlot.NAME,
            "accrual_outbox",
            false);
    Provision.provisionDatabase(settings, lines::add);
    Provision.provisionSlot(settings, lines::add);
  }

  private void renameRoles(String from, String to) throws SQLException {
    for (String role : ROLES) {
      if (value("select to_regrole('%s')".formatted(role + from)) != null) {
        sql("alter role %s rename to %s".formatted(role + from, role + to));
      }
    }
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String value(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        var answer = connection.createStatement().executeQuery(sql)) {
      answer.next();
      return answer.getString(1);
    }
  }
}
