package org.accrual.provision;

import java.net.URI;
import java.time.Duration;
import org.accrual.runtime.DatabaseSettings;
import org.accrual.runtime.Settings;
import org.accrual.runtime.registry.SchemaRegistry;

/**
 * The settings of provision.
 *
 * @param database migrated by its owner
 * @param bootstrapServers of Kafka, {@code host:port}, comma-separated
 * @param registry base address of the Confluent-compatible API
 * @param replicationFactor of topics that are made now, 1 to 7; existing topics keep theirs
 * @param outboxRetention how long the outbox keeps published messages, 1 to 365 days; it must be
 *     less than what any topic keeps
 * @param slot the relay's replication slot; the relay has the same setting
 * @param publication that the relay reads; the relay has the same setting
 * @param failoverSlot whether a slot that is made now is synchronized to standbys
 */
public record ProvisionSettings(
    DatabaseSettings database,
    String bootstrapServers,
    URI registry,
    int replicationFactor,
    Duration outboxRetention,
    String slot,
    String publication,
    boolean failoverSlot) {
  public static final Duration OUTBOX_RETENTION = Duration.ofDays(3);

  /** Name of the publication that the migrations create. */
  public static final String PUBLICATION = "accrual_outbox";

  /**
   * Keys {@code accrual.database.*}, {@code accrual.kafka.bootstrap-servers}, {@code
   * accrual.registry.url}, {@code accrual.provision.replication-factor}, {@code
   * accrual.outbox.retention}, {@code accrual.relay.slot}, {@code accrual.relay.publication},
   * {@code accrual.relay.failover-slot}.
   */
  public static ProvisionSettings read(Settings settings) {
    return new ProvisionSettings(
        DatabaseSettings.read(settings),
        settings.text("accrual.kafka.bootstrap-servers", "127.0.0.1:7500"),
        SchemaRegistry.url(settings),
        settings.integer("accrual.provision.replication-factor", 1, 1, 7),
        settings.duration(
            "accrual.outbox.retention", OUTBOX_RETENTION, Duration.ofDays(1), Duration.ofDays(365)),
        settings.name("accrual.relay.slot", OutboxSlot.NAME),
        settings.name("accrual.relay.publication", PUBLICATION),
        settings.flag("accrual.relay.failover-slot", false));
  }
}
