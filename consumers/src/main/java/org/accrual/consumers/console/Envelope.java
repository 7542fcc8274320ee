package org.accrual.consumers.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;

/** What a page gets for a call: {@code {"answer": …}} or {@code {"error": …}}. */
final class Envelope {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Envelope() {}

  static String answer(Message message) {
    return "{\"answer\":" + Call.answer(message) + "}";
  }

  static String error(Failure failure) {
    return "{\"error\":" + json(failure) + "}";
  }

  static String json(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a record cannot be written as JSON", impossible);
    }
  }
}
