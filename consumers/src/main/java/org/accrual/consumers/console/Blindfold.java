package org.accrual.consumers.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Takes arms and blocks out of what goes to a browser: those of a study's design too, which are no
 * secret, so that nobody has to tell which is which. Payloads are sealed already; their raw bytes
 * are left out as well.
 */
final class Blindfold {
  private static final Pattern HIDDEN = Pattern.compile("(.*_)?(arms?|blocks?)(_.*)?");
  private static final Pattern JSON = Pattern.compile(".*_json");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Blindfold() {}

  static Message over(Message message) {
    Message.Builder shown = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (HIDDEN.matcher(field.getName()).matches()
          || field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING) {
        shown.clearField(field);
      } else if (JSON.matcher(field.getName()).matches()
          && entry.getValue() instanceof String json) {
        shown.setField(field, json(json));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isMapField()) {
        shown.setField(field, covered(entry.getValue()));
      }
    }
    return shown.build();
  }

  private static Object covered(Object value) {
    return value instanceof Message one
        ? over(one)
        : ((List<?>) value).stream().map(each -> over((Message) each)).toList();
  }

  private static String json(String json) {
    try {
      JsonNode tree = MAPPER.readTree(json);
      cover(tree);
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException notJson) {
      // What cannot be looked through is not shown.
      return "";
    }
  }

  private static void cover(JsonNode node) {
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      names.stream()
          .filter(name -> HIDDEN.matcher(name).matches())
          .forEach(name -> object.put(name, "(not shown)"));
    }
    node.forEach(Blindfold::cover);
  }
}
