package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's registry of types with text in place of every type. So the decoder returns each value
 * as the text that PostgreSQL has sent, and {@link RowReader} converts the two columns that are not
 * texts in a tenth of the time.
 */
final class TextTypes extends TypeRegistry {
  /** Null only while the superclass reads the types. */
  private final @Nullable PostgresType text;

  TextTypes(PostgresConnection connection) {
    super(connection);
    this.text = super.get("text");
  }

  @Override
  public PostgresType get(int oid) {
    return text == null ? super.get(oid) : text;
  }

  @Override
  public PostgresType get(String schemaName, String typeName) {
    return text == null ? super.get(schemaName, typeName) : text;
  }
}
