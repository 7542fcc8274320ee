package org.accrual.relay.stream.source;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnector;
import java.util.Map;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;

/** Debezium's connector with {@link OwnedSlotTask} in place of its own. */
public final class OwnedSlotConnector extends PostgresConnector {
  @Override
  public Class<? extends Task> taskClass() {
    return OwnedSlotTask.class;
  }

  @Override
  protected void validateConnection(Map<String, ConfigValue> values, Configuration config) {
    super.validateConnection(values, DatabaseHosts.inPlace(config));
  }
}
