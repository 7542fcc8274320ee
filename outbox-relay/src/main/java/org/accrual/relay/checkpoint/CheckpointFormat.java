package org.accrual.relay.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;

/**
 * A checkpoint as a record of its slot's topic: the slot's name is the key, the value is JSON that
 * people can read, such as {@code
 * {"format":1,"lsn":"0/16B3748","ordinal":0,"system_identifier":"7…","timeline":1,"slot":"…","publication":"…","last_id":"01…"}}.
 */
public final class CheckpointFormat {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private CheckpointFormat() {}

  public static byte[] key(String slot) {
    return slot.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] value(Checkpoint checkpoint) {
    ObjectNode value =
        JSON.createObjectNode()
            .put("format", FORMAT)
            .put("lsn", Position.text(checkpoint.position().lsn()))
            .put("ordinal", checkpoint.position().ordinal())
            .put("system_identifier", checkpoint.origin().systemIdentifier())
            .put("timeline", checkpoint.origin().timeline())
            .put("slot", checkpoint.origin().slot())
            .put("publication", checkpoint.origin().publicationVersion())
            .put("last_id", checkpoint.lastId().orElse(null));
    return value.toString().getBytes(StandardCharsets.UTF_8);
  }

  public static Checkpoint parse(byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    try {
      JsonNode checkpoint = JSON.readTree(text);
      if (checkpoint.path("format").intValue() != FORMAT) {
        throw new UnreadableCheckpointException(text, null);
      }
      return new Checkpoint(
          new Origin(
              checkpoint.required("system_identifier").textValue(),
              checkpoint.required("timeline").intValue(),
              checkpoint.required("slot").textValue(),
              checkpoint.required("publication").textValue()),
          new Position(
              Position.lsn(checkpoint.required("lsn").textValue()),
              checkpoint.required("ordinal").longValue()),
          Optional.ofNullable(checkpoint.path("last_id").textValue()));
    } catch (JsonProcessingException | IllegalArgumentException wrong) {
      throw new UnreadableCheckpointException(text, wrong);
    }
  }
}
