package org.accrual.core;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import org.accrual.contract.EventSchemas;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Appends to an enrollment's stream as an older or a newer build would. */
final class OtherBuilds {
  private static final String APPEND =
      """
      insert into enrollment.event
             (stream_type, stream_id, version, event_id, type, schema_version, payload, metadata, recorded_at)
      select 'enrollment', stream_id, max(version) + 1, gen_random_uuid(), ?, ?, ?, '{}', now()
        from enrollment.event where stream_type = 'enrollment' and stream_id = ? group by stream_id
      """;

  private final String jdbcUrl;

  OtherBuilds(String jdbcUrl) {
    this.jdbcUrl = jdbcUrl;
  }

  /** One to which this version was the newest. */
  void older(String type, int version, Map<String, Object> fields) {
    append(EventSchemas.of(type, version).orElseThrow(), fields);
  }

  /** One whose version of the type has a field more; its deploy has told the database so. */
  void newer(String type, String field, Map<String, Object> fields) {
    String today = EventSchemas.current().get(type).toString();
    int version = EventSchemas.versionOf(EventSchemas.current().get(type)) + 1;
    Schema next =
        new Schema.Parser()
            .parse(
                today
                    .replace(
                        "\"accrual.version\":" + (version - 1), "\"accrual.version\":" + version)
                    .replace(
                        "\"fields\":[",
                        "\"fields\":[{\"name\":\"%s\",\"type\":\"string\",\"default\":\"\"},"
                            .formatted(field)));
    execute(
        "insert into enrollment.event_schema (type, version, schema) values (?, ?, ?)",
        type,
        version,
        next.toString());
    append(next, fields);
  }

  private void append(Schema schema, Map<String, Object> fields) {
    GenericRecord event = new GenericData.Record(schema);
    fields.forEach(event::put);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(schema).write(event, encoder);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    execute(
        APPEND,
        EventSchemas.typeOf(schema),
        EventSchemas.versionOf(schema),
        bytes.toByteArray(),
        fields.get("enrollment_id"));
  }

  private void execute(String sql, Object... parameters) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl, "postgres", "");
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      statement.executeUpdate();
    } catch (SQLException wrong) {
      throw new AssertionError(sql, wrong);
    }
  }
}
