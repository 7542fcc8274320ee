package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.accrual.relay.slot.Refusal.Reason;
import org.jspecify.annotations.Nullable;

/** A relay of a test, in this process: started, stopped and waited for by the test's thread. */
final class RunningRelay implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final RelayFixtures fixtures;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private RelayLife life = new RelayLife();
  private @Nullable Relay relay;

  RunningRelay(RelayFixtures fixtures) {
    this.fixtures = fixtures;
  }

  /** Starts a relay and waits until it streams. */
  void start() {
    begin();
    awaitState(RelayState.STREAMING);
  }

  /** Starts a relay that is expected to refuse, and waits until it has. */
  void startRefused(Reason reason) {
    begin();
    awaitRefused(reason);
  }

  private void begin() {
    life = new RelayLife();
    Relay started = new Relay(fixtures.settings(), life, failures::add);
    relay = started;
    started.start();
  }

  void awaitRefused(Reason reason) {
    awaitState(RelayState.REFUSED);
    assertThat(life.stand().refusal().orElseThrow().reason()).isEqualTo(reason);
  }

  private void awaitState(RelayState state) {
    await("the relay to be " + state)
        .atMost(LIMIT)
        .failFast("it failed", () -> assertThat(failures).isEmpty())
        .until(() -> life.stand().state() == state);
  }

  /** Waits until that many records of this test are on the topic, and checks that no more are. */
  void awaitRelayed(int count) {
    await(count + " records")
        .atMost(LIMIT)
        .failFast("the relay failed", () -> assertThat(failures).isEmpty())
        .until(() -> fixtures.relayed().size() >= count);
    assertThat(fixtures.relayed()).hasSize(count);
  }

  List<Throwable> failures() {
    return failures;
  }

  /** Stops the relay and waits until the server has released its slot. */
  void stop() {
    Relay running = relay;
    if (running != null) {
      relay = null;
      running.stop();
      await("the slot to be free").atMost(LIMIT).until(fixtures::slotsAreFree);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
