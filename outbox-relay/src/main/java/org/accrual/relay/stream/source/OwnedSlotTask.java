package org.accrual.relay.stream.source;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import io.debezium.relational.TableId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.accrual.relay.stream.outbox.Delivery;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's task. Its replication connection belongs to an {@link Owner}, and it returns the
 * owner's deliveries in place of Debezium's records.
 */
public final class OwnedSlotTask extends PostgresConnectorTask {
  private static final TableId OUTBOX = TableId.parse(EngineProperties.OUTBOX_TABLE, false);
  private static final Map<String, String> PARTITION = Map.of("server", EngineProperties.PREFIX);

  /** After so many polls with deliveries Debezium's own records are discarded once. */
  private static final int BUSY_POLLS = 1_000;

  private final CompletableFuture<Owner> owner = new CompletableFuture<>();
  private final CompletableFuture<Duration> statusInterval = new CompletableFuture<>();
  private int busyPolls;

  @Override
  public ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(
      Configuration config) {
    statusInterval.complete(Duration.ofMillis(config.getLong(EngineProperties.STATUS_INTERVAL)));
    owner.complete(Owner.Register.find(config.getString(EngineProperties.OWNER)));
    return super.start(DatabaseHosts.inPlace(config));
  }

  @Override
  protected ReplicationConnection buildReplicationConnection(
      PostgresConnection jdbcConnection, PostgresSchema schema, PostgresConnectorConfig config)
      throws SQLException {
    return new OwnedSlotConnection(
        ReplicationConnection.builder(config)
            .withSlot(config.slotName())
            .withPublication(config.publicationName())
            .withPublicationAutocreateMode(PostgresConnectorConfig.AutoCreateMode.DISABLED)
            .withTableFilter(config.getTableFilters())
            .withPlugin(config.plugin())
            // The builder's own default would drop the slot.
            .dropSlotOnClose(false)
            .statusUpdateInterval(statusInterval.join())
            .withTypeRegistry(new TextTypes(jdbcConnection))
            .withSchema(schema)
            .jdbcMetadataConnection(jdbcConnection)
            .build(),
        owner.join(),
        () -> schema.tableFor(OUTBOX));
  }

  @Override
  public List<SourceRecord> doPoll() throws InterruptedException {
    Optional<Delivery> next = owner.join().next();
    busyPolls = next.isPresent() ? busyPolls + 1 : BUSY_POLLS;
    if (busyPolls >= BUSY_POLLS) {
      busyPolls = 0;
      // Throws what has ended the streaming thread. Else it has heartbeat records only, which
      // would fill Debezium's queue in some hours.
      var _ = super.doPoll();
    }
    return next.<SourceRecord>map(delivery -> new DeliveryRecord(PARTITION, delivery))
        .map(List::of)
        .orElse(List.of());
  }
}
