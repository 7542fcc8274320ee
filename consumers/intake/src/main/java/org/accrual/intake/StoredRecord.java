package org.accrual.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** A record as it came, off the table {@code deadletter.letter}. */
public final class StoredRecord {
  private static final JsonMapper JSON = new JsonMapper();

  private StoredRecord() {}

  /** The record of a row with topic, partition, offset, recorded_at, raw_key, value, headers. */
  public static ConsumerRecord<byte[], byte[]> of(ResultSet row) throws SQLException {
    byte @Nullable [] key = row.getBytes("raw_key");
    byte @Nullable [] value = row.getBytes("value");
    RecordHeaders recordHeaders = new RecordHeaders();
    headers(row)
        .forEach((name, text) -> recordHeaders.add(name, text.getBytes(StandardCharsets.UTF_8)));
    return new ConsumerRecord<>(
        row.getString("topic"),
        row.getInt("partition"),
        row.getLong("offset"),
        row.getTimestamp("recorded_at").getTime(),
        TimestampType.CREATE_TIME,
        key == null ? -1 : key.length,
        value == null ? -1 : value.length,
        key,
        value,
        recordHeaders,
        Optional.empty());
  }

  /** The headers of a row, as texts. */
  public static Map<String, String> headers(ResultSet row) throws SQLException {
    String json = row.getString("headers");
    try {
      return JSON.readValue(json, new TypeReference<Map<String, String>>() {});
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("headers that are no object of texts: " + json, impossible);
    }
  }
}
