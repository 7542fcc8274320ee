package org.accrual.relay.process;

import org.accrual.relay.state.RelayLife;
import org.accrual.relay.state.RelayState;
import org.accrual.relay.stream.outbox.Delivery;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Registers the relay's metrics: {@code accrual_relay_records_total} and {@code
 * accrual_relay_transactions_total} (published by this process), {@code
 * accrual_relay_rejected_total} (set aside by this process), {@code accrual_relay_lag_seconds} (age
 * of the newest change known to be on the topics, heartbeats included; NaN unless this relay
 * streams), {@code accrual_relay_lag_bytes} (WAL since the checkpoint), {@code
 * accrual_relay_lag_events} (about, at most 10,000), {@code accrual_relay_retained_wal_bytes} (kept
 * by the server for the slot), {@code accrual_relay_state} (1 for the state it is in).
 */
final class RelayMetrics {
  private final Counter records;
  private final Counter transactions;
  private final Counter rejected;

  RelayMetrics(Meters meters, RelayLife life) {
    records = meters.counter("accrual_relay_records");
    transactions = meters.counter("accrual_relay_transactions");
    rejected = meters.counter("accrual_relay_rejected");
    meters.gauge("accrual_relay_lag_seconds", life::lagSeconds);
    meters.gauge("accrual_relay_lag_bytes", () -> life.backlog().lagBytes());
    meters.gauge("accrual_relay_lag_events", () -> life.backlog().lagEvents());
    meters.gauge("accrual_relay_retained_wal_bytes", () -> life.backlog().retainedBytes());
    for (RelayState state : RelayState.values()) {
      meters.gauge(
          "accrual_relay_state",
          () -> life.stand().state() == state ? 1 : 0,
          new Tag("state", state.label()));
    }
    life.onDelivery(this::count);
  }

  private void count(Delivery delivery, int setAside) {
    records.inc(delivery.rows().size() - setAside);
    rejected.inc(setAside);
    transactions.inc(delivery.transactions());
  }
}
