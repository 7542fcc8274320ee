package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/** Debezium's connector with {@link OwnedSlotTask} in place of its own. */
public final class OwnedSlotConnector extends PostgresConnector {
  @Override
  public Class<? extends Task> taskClass() {
    return OwnedSlotTask.class;
  }
}
