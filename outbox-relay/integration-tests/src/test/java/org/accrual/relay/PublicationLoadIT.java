package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.accrual.relay.recovery.RecoverCommand;
import org.accrual.relay.recovery.RecoverOptions;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.state.RelayState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@DisplayName("A publication dropped under load loses nothing, whatever restarts the relay")
class PublicationLoadIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RelayFixtures fixtures = new RelayFixtures();
  private final RelayRun relay = new RelayRun(fixtures);

  /** The rows in the order of their commits, each with a WAL position that its commit is before. */
  private final Map<String, Long> committed = new LinkedHashMap<>();

  PublicationLoadIT() throws Exception {}

  @AfterEach
  void stop() throws Exception {
    relay.close();
    fixtures.close();
  }

  @Test
  @DisplayName("for two seconds")
  void briefly() throws Exception {
    dropFor(Duration.ofSeconds(2));
  }

  @Test
  @Tag("faults")
  @DisplayName("for a minute")
  void forAMinute() throws Exception {
    dropFor(Duration.ofMinutes(1));
  }

  private void dropFor(Duration time) throws Exception {
    fixtures.createSlot();
    relay.startStreaming();
    commitUntil(() -> !fixtures.relayed().isEmpty(), LIMIT);

    fixtures.sql("drop publication accrual_outbox");
    long end = System.nanoTime() + time.toNanos();
    commitUntil(() -> System.nanoTime() > end, time.plus(LIMIT));
    fixtures.sql(
        "create publication accrual_outbox for table outbox.message"
            + " with (publish = 'insert', publish_via_partition_root = true)");
    int before = committed.size();
    commitUntil(() -> committed.size() >= before + 50, LIMIT);

    relay.awaitRefused(Reason.PUBLICATION_CHANGED);
    relay.stop();
    assertNothingUnpublishedWasPassed();

    var recover = new RecoverOptions(false, false, Optional.empty());
    assertThat(new RecoverCommand(fixtures.settings(), recover).run().exitCode()).isZero();
    relay.startStreaming();
    committed.put(fixtures.commit("k").getFirst(), fixtures.walPosition());
    relay.awaitRelayed(committed.keySet().stream().toList());
  }

  /** Commits rows without a pause, and restarts the relay whenever it has refused. */
  private void commitUntil(Callable<Boolean> done, Duration limit) throws Exception {
    for (long end = System.nanoTime() + limit.toNanos(); !done.call(); ) {
      assertThat(System.nanoTime()).as("the limit of %s", limit).isLessThan(end);
      committed.put(fixtures.commit("k").getFirst(), fixtures.walPosition());
      if (relay.state() == RelayState.REFUSED) {
        relay.stop();
        relay.start();
      }
    }
  }

  /** Neither the newest checkpoint nor the slot is past a row that is not on the topic. */
  private void assertNothingUnpublishedWasPassed() throws Exception {
    Set<String> published = Set.copyOf(fixtures.relayedIds());
    assertThat(published).isNotEmpty().hasSizeLessThan(committed.size());
    long passed = fixtures.passed();
    committed.forEach(
        (id, position) -> {
          if (position <= passed) {
            assertThat(published)
                .as("row committed before %d, passed %d", position, passed)
                .contains(id);
          }
        });
  }
}
