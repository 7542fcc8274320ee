package org.accrual.relay.stream.source;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.StreamMismatch;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/** Tells the engine's records apart. */
final class ChangeReader {
  private final String rows;
  private final String messages;

  ChangeReader(String prefix) {
    rows = prefix + "." + EngineProperties.OUTBOX_TABLE;
    messages = prefix + ".message";
  }

  Change read(SourceRecord record) {
    String topic = record.topic();
    if (topic.equals(rows)) {
      return row(record);
    }
    return topic.equals(messages) ? message(record) : Change.Nothing.INSTANCE;
  }

  private static Change row(SourceRecord record) {
    Struct envelope = (Struct) record.value();
    String operation = envelope.getString("op");
    if (!operation.equals("c")) {
      throw new StreamMismatch(
          "the publication told an operation '%s'; it must tell inserts only".formatted(operation));
    }
    Struct after = envelope.getStruct("after");
    return new Change.Row(
        position(record, "txId"),
        new OutboxRow(
            after.getString("id"),
            after.getString("aggregatetype"),
            after.getString("aggregateid"),
            after.getString("type"),
            (ByteBuffer) after.get("payload"),
            after.getString("headers"),
            after.getString("created_at")));
  }

  /** A logical message is a place to stand on only outside of a transaction. */
  private static Change message(SourceRecord record) {
    long lsn = position(record, "lsn");
    if (lsn != position(record, "lsn_commit")) {
      return Change.Nothing.INSTANCE;
    }
    Struct value = (Struct) record.value();
    ByteBuffer content = (ByteBuffer) value.getStruct("message").get("content");
    return new Change.Idle(
        lsn,
        Instant.ofEpochMilli(value.getInt64("ts_ms")),
        StandardCharsets.UTF_8.decode(content.duplicate()).toString());
  }

  private static long position(SourceRecord record, String key) {
    Map<String, ?> offset = record.sourceOffset();
    return offset.get(key) instanceof Number number
        ? number.longValue()
        : missing(Objects.toString(offset), key);
  }

  private static long missing(String offset, String key) {
    throw new StreamMismatch("the engine gave an offset without '%s': %s".formatted(key, offset));
  }
}
