package org.accrual.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.accrual.relay.process.Relay;
import org.accrual.relay.process.RelaySettings;
import org.accrual.relay.state.Refusal;
import org.accrual.relay.state.Refusal.Reason;
import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.relay.state.Wait;

/** A relay in this process that may be started again after a stop. */
final class RelayRun implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(30);

  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final RelayFixtures fixtures;
  private final RelaySettings settings;
  private final AtomicReference<Relay> relay = new AtomicReference<>();
  private volatile RelayLife life = new RelayLife();

  RelayRun(RelayFixtures fixtures) {
    this(fixtures, fixtures.settings());
  }

  RelayRun(RelayFixtures fixtures, RelaySettings settings) {
    this.fixtures = fixtures;
    this.settings = settings;
  }

  RelayState state() {
    return life.stand().state();
  }

  Optional<Wait> waiting() {
    return life.waiting();
  }

  void start() {
    life = new RelayLife();
    Relay started = new Relay(settings, life, failures::add);
    relay.set(started);
    started.start();
  }

  void startStreaming() {
    start();
    awaitStreaming();
  }

  void awaitStreaming() {
    await().atMost(LIMIT).until(() -> state() == RelayState.STREAMING);
  }

  /**
   * Waits until the relay has refused for a reason; longer than Kafka's clients try to find a
   * topic.
   */
  Refusal awaitRefused(Reason reason) {
    await().atMost(LIMIT.multipliedBy(2)).until(() -> state() == RelayState.REFUSED);
    Refusal refusal = life.stand().refusal().orElseThrow();
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(failures).isEmpty();
    return refusal;
  }

  /** Waits until this test's records on the topic are those, in this order. */
  void awaitRelayed(List<String> ids) {
    await().atMost(LIMIT).until(() -> fixtures.relayed().size() >= ids.size());
    assertThat(fixtures.relayedIds()).isEqualTo(ids);
  }

  /** Stops the relay and waits until the server has released the slot. */
  void stop() {
    Relay running = relay.getAndSet(null);
    if (running != null) {
      running.stop();
      await().atMost(LIMIT).until(fixtures::slotsAreFree);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
