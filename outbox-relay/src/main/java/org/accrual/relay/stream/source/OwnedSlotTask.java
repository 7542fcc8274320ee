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
import io.debezium.pipeline.DataChangeEvent;
import io.debezium.pipeline.QuietPipeline;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's task, whose replication connection tells its owner of the slot and of the ends of
 * transactions, whose pipeline is quiet and whose queue is prompt.
 */
public final class OwnedSlotTask extends PostgresConnectorTask {
  private final CompletableFuture<
          ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext>>
      started = new CompletableFuture<>();
  private final CompletableFuture<PromptQueue> queue = new CompletableFuture<>();
  private final CompletableFuture<Owners.Owner> owner = new CompletableFuture<>();

  @Override
  public ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(
      Configuration config) {
    owner.complete(Owners.of(config.getString(EngineProperties.OWNER)));
    ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> coordinator =
        super.start(config);
    queue.complete(PromptQueue.of(this, config));
    started.complete(coordinator);
    return coordinator;
  }

  @Override
  protected ReplicationConnection buildReplicationConnection(
      PostgresConnection jdbcConnection, PostgresSchema schema, PostgresConnectorConfig config)
      throws SQLException {
    return new OwnedSlotConnection(
        super.buildReplicationConnection(jdbcConnection, schema, config),
        owner.join(),
        // Streaming starts on a thread of its own, perhaps before start has returned.
        () -> QuietPipeline.silence(started.join()),
        () -> queue.join().ended());
  }

  @Override
  public List<SourceRecord> doPoll() throws InterruptedException {
    owner.join().polling();
    return queue.join().poll().stream().map(DataChangeEvent::getRecord).toList();
  }
}
