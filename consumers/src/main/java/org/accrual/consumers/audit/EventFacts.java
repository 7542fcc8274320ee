package org.accrual.consumers.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** What an event of any type says, read by the names that the contract's types share. */
final class EventFacts {
  private static final JsonMapper JSON = new JsonMapper();

  private final IndexedRecord event;

  EventFacts(IndexedRecord event) {
    this.event = event;
  }

  /** Every event is about one. */
  String studyId() {
    return String.valueOf(value("study_id"));
  }

  @Nullable UUID enrollmentId() {
    Object id = value("enrollment_id");
    return id == null ? null : UUID.fromString(id.toString());
  }

  /** The field that ends in {@code _by}; empty if there is none. */
  String actor() {
    return event.getSchema().getFields().stream()
        .filter(field -> field.name().endsWith("_by"))
        .findFirst()
        .map(field -> String.valueOf(event.get(field.pos())))
        .orElse("");
  }

  /** Empty if there is none. */
  String reason() {
    Object reason = value("reason");
    return reason == null ? "" : reason.toString();
  }

  /** When it happened, if that is told beside when it was recorded. */
  Optional<Instant> happenedAt() {
    return Optional.ofNullable((Instant) value("signed_at"));
  }

  /** All fields. Bytes are sealed things and are shown as their SHA-256. */
  String json() {
    try {
      return JSON.writeValueAsString(plain(event));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps and texts that cannot be written as JSON", impossible);
    }
  }

  private @Nullable Object value(String name) {
    Field field = event.getSchema().getField(name);
    return field == null ? null : event.get(field.pos());
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case IndexedRecord record -> {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (Field field : record.getSchema().getFields()) {
          fields.put(field.name(), plain(record.get(field.pos())));
        }
        yield fields;
      }
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> sorted = new TreeMap<>();
        map.forEach((key, each) -> sorted.put(key.toString(), plain(each)));
        yield sorted;
      }
      case Collection<?> list -> list.stream().map(EventFacts::plain).toList();
      case ByteBuffer sealed -> "sha256:" + sha256(sealed);
      case Instant time -> time.toString();
      case Number number -> number;
      case Boolean flag -> flag;
      default -> value.toString();
    };
  }

  private static String sha256(ByteBuffer bytes) {
    var digest = EntryHash.sha256();
    digest.update(bytes.duplicate());
    return HexFormat.of().formatHex(digest.digest());
  }
}
