package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Logical messages of other applications")
class ForeignMessagesIT {
  private static final String EMIT = "select pg_logical_emit_message(%s, 'other', 'x')";

  private final RelayFixtures fixtures = new RelayFixtures();
  private final RelayRun relay = new RelayRun(fixtures);

  ForeignMessagesIT() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    relay.close();
    fixtures.close();
  }

  @Test
  @DisplayName("that were written while the relay was away do not matter")
  void writtenWhileTheRelayIsAway() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    List<String> ids = new ArrayList<>(fixtures.commit("k"));
    relay.awaitRelayed(ids);
    relay.stop();

    fixtures.sql(EMIT.formatted(true));
    fixtures.sql(EMIT.formatted(false));
    relay.startStreaming();
    ids.addAll(fixtures.commit("k"));

    relay.awaitRelayed(ids);
    assertThat(relay.failures).isEmpty();
  }

  @Test
  @DisplayName("in a transaction with outbox rows, at its begin and its end, do not matter")
  void aroundRows() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    List<String> ids = new ArrayList<>();

    for (int i = 0; i < 200; i++) {
      fixtures.connection.setAutoCommit(false);
      fixtures.sql(EMIT.formatted(true));
      ids.addAll(fixtures.insert("k", "k"));
      fixtures.sql(EMIT.formatted(true));
      fixtures.connection.commit();
    }

    relay.awaitRelayed(ids);
    assertThat(relay.failures).isEmpty();
  }

  @Test
  @DisplayName("cannot be written by a role without that right")
  void needARight() throws Exception {
    fixtures.sql("create role message_writer login");
    try (Connection other =
            DriverManager.getConnection(fixtures.database.url(), "message_writer", "");
        Statement statement = other.createStatement()) {
      assertThatThrownBy(() -> statement.execute(EMIT.formatted(false)))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("permission denied for function pg_logical_emit_message");
    } finally {
      fixtures.sql("drop role message_writer");
    }
  }
}
