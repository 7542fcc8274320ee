package org.accrual.relay.source;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import java.sql.SQLException;

/** Debezium's task, whose replication connection says when the slot is ours. */
public final class OwnedSlotTask extends PostgresConnectorTask {
  private String acquisition = "";

  @Override
  public ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(
      Configuration config) {
    acquisition = config.getString(EngineProperties.ACQUISITION);
    return super.start(config);
  }

  @Override
  protected ReplicationConnection buildReplicationConnection(
      PostgresConnection jdbcConnection, PostgresSchema schema, PostgresConnectorConfig config)
      throws SQLException {
    return new OwnedSlotConnection(
        super.buildReplicationConnection(jdbcConnection, schema, config),
        Acquisitions.of(acquisition));
  }
}
