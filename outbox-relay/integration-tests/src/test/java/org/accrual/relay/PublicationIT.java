package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.accrual.relay.recovery.Outcome;
import org.accrual.relay.recovery.RecoverCommand;
import org.accrual.relay.recovery.RecoverOptions;
import org.accrual.relay.state.Refusal.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A publication that does not cover every row")
class PublicationIT {
  private static final String DROP = "drop publication accrual_outbox";
  private static final String CREATE =
      "create publication accrual_outbox for table outbox.message"
          + " with (publish = 'insert', publish_via_partition_root = true)";
  private static final String RENAME = "alter table outbox.%s rename to %s";

  private final RelayFixtures fixtures = new RelayFixtures();
  private final RelayRun relay = new RelayRun(fixtures);
  private final List<String> ids = new ArrayList<>();

  PublicationIT() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    relay.close();
    fixtures.close();
  }

  private void streaming() throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    ids.addAll(fixtures.commit("k"));
    relay.awaitRelayed(ids);
  }

  /** Drops the publication, and makes it again once the relay has refused. */
  private void lackPublication() throws Exception {
    fixtures.sql(DROP);
    ids.addAll(fixtures.commit("k", "k"));
    relay.awaitRefused(Reason.PUBLICATION_CHANGED);
    fixtures.sql(CREATE);
    ids.addAll(fixtures.commit("k"));
    assertThat(fixtures.relayed()).hasSize(1);
    relay.stop();
  }

  private Outcome recover(boolean compare) throws Exception {
    return new RecoverCommand(
            fixtures.settings(), new RecoverOptions(compare, false, Optional.empty()))
        .run();
  }

  private void assertAllThereAndGoesOn() throws Exception {
    relay.startStreaming();
    ids.addAll(fixtures.commit("k"));
    relay.awaitRelayed(ids);
    assertThat(relay.failures).isEmpty();
  }

  @Nested
  @DisplayName("stops a streaming relay within a heartbeat")
  class Streaming {
    @Test
    @DisplayName("and is refused at each start until recover has published the missing rows")
    void dropped() throws Exception {
      streaming();

      lackPublication();

      relay.start();
      relay.awaitRefused(Reason.PUBLICATION_CHANGED);
      relay.stop();
      assertThat(recover(false).exitCode()).isZero();
      assertAllThereAndGoesOn();
    }

    @Test
    @DisplayName("before it publishes a row that was written after the gap")
    void droppedAndMadeAgainAtOnce() throws Exception {
      streaming();

      fixtures.sql(DROP);
      fixtures.commit("lost");
      fixtures.sql(CREATE);
      fixtures.commit("after the gap");

      relay.awaitRefused(Reason.PUBLICATION_CHANGED);
      assertThat(fixtures.relayed()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "alter publication accrual_outbox drop table outbox.message",
          "alter publication accrual_outbox set (publish_via_partition_root = false)",
          "alter publication accrual_outbox set table outbox.message where (type <> 'x')",
          "alter publication accrual_outbox set table outbox.message (id, created_at, type)"
        })
    @DisplayName("also when it was altered")
    void altered(String alteration) throws Exception {
      streaming();

      fixtures.sql(alteration);

      relay.awaitRefused(Reason.PUBLICATION_CHANGED);
    }

    @Test
    @DisplayName("and confirms no row that was committed while a heartbeat was being written")
    void duringAHeartbeat() throws Exception {
      streaming();

      String heartbeat = fixtures.query("select outbox.heartbeat('accrual_outbox')");
      fixtures.sql(DROP);
      long beforeTheRow = fixtures.walPosition();
      fixtures.commit("lost");
      fixtures.sql(
          "select pg_logical_emit_message(false, 'accrual.heartbeat', '%s')".formatted(heartbeat));

      relay.awaitRefused(Reason.PUBLICATION_CHANGED);
      relay.stop();
      assertThat(fixtures.passed()).isLessThanOrEqualTo(beforeTheRow);
    }

    @Test
    @DisplayName("also when the table had another name for a while")
    void renamed() throws Exception {
      streaming();

      fixtures.sql(RENAME.formatted("message", "other"));
      fixtures.sql(
          """
          insert into outbox.other (id, aggregatetype, aggregateid, type, payload)
          values (gen_random_uuid(), 'study.events', 'k', 'accrual.study.activated.v1', '')\
          """);

      relay.awaitRefused(Reason.PUBLICATION_CHANGED);
      fixtures.sql(RENAME.formatted("other", "message"));
      relay.stop();
      relay.start();
      relay.awaitRefused(Reason.PUBLICATION_CHANGED);
    }
  }

  @Test
  @DisplayName("while the relay was away is found at its start")
  void whileTheRelayIsAway() throws Exception {
    streaming();
    relay.stop();

    fixtures.sql(DROP);
    ids.addAll(fixtures.commit("k"));
    fixtures.sql(CREATE);
    ids.addAll(fixtures.commit("k"));

    relay.start();
    relay.awaitRefused(Reason.PUBLICATION_CHANGED);
    relay.stop();
    assertThat(recover(false).exitCode()).isZero();
    assertAllThereAndGoesOn();
  }

  @Test
  @DisplayName("does not matter to recover --compare, which publishes nothing twice")
  void comparedAllTheSame() throws Exception {
    streaming();
    relay.stop();

    Outcome outcome = recover(true);

    assertThat(outcome.lines()).singleElement().asString().contains("0 published");
    assertAllThereAndGoesOn();
  }
}
