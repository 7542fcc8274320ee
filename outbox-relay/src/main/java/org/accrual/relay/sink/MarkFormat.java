package org.accrual.relay.sink;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.accrual.relay.outbox.Mark;
import org.accrual.relay.outbox.Mark.Origin;
import org.accrual.relay.outbox.Position;

/**
 * A mark as a record of the mark topic: the slot's name is the key, the value is JSON that people
 * can read, such as {@code
 * {"format":1,"lsn":"0/16B3748","ordinal":0,"system_identifier":"7…","timeline":1,"slot":"…"}}.
 */
final class MarkFormat {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private MarkFormat() {}

  static byte[] key(String slot) {
    return slot.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] value(Mark mark) {
    ObjectNode value =
        JSON.createObjectNode()
            .put("format", FORMAT)
            .put("lsn", Position.text(mark.position().lsn()))
            .put("ordinal", mark.position().ordinal())
            .put("system_identifier", mark.origin().systemIdentifier())
            .put("timeline", mark.origin().timeline())
            .put("slot", mark.origin().slot())
            .put("publication", mark.origin().publicationVersion());
    return value.toString().getBytes(StandardCharsets.UTF_8);
  }

  static Mark parse(byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    try {
      JsonNode mark = JSON.readTree(text);
      if (mark.path("format").intValue() != FORMAT) {
        throw new UnreadableMark(text, null);
      }
      return new Mark(
          new Origin(
              mark.required("system_identifier").textValue(),
              mark.required("timeline").intValue(),
              mark.required("slot").textValue(),
              mark.required("publication").textValue()),
          new Position(
              Position.lsn(mark.required("lsn").textValue()),
              mark.required("ordinal").longValue()));
    } catch (JsonProcessingException | IllegalArgumentException wrong) {
      throw new UnreadableMark(text, wrong);
    }
  }
}
