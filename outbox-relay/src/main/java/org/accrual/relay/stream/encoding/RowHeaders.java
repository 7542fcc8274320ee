package org.accrual.relay.stream.encoding;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.TreeNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.jspecify.annotations.Nullable;

/**
 * The headers of an outbox row. A value that is not a text is kept as its JSON; a null is left out.
 *
 * @param values by name, in the order of the row
 */
public record RowHeaders(Map<String, String> values) {
  private static final JsonFactory JSON = new ObjectMapper().getFactory();

  /**
   * Reads the headers of a row.
   *
   * @throws UnpublishableException if they are not a JSON object
   */
  public static RowHeaders of(OutboxRow row) {
    try (JsonParser parser = JSON.createParser(row.headers())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new UnpublishableException("its headers are not a JSON object");
      }
      Map<String, String> values = new LinkedHashMap<>();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        String value = value(parser);
        if (value != null) {
          values.put(name, value);
        }
      }
      return new RowHeaders(values);
    } catch (JsonProcessingException e) {
      throw new UnpublishableException("its headers are not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable String value(JsonParser parser) throws IOException {
    return switch (parser.nextToken()) {
      case VALUE_STRING -> parser.getText();
      case VALUE_NULL -> null;
      default -> parser.<TreeNode>readValueAsTree().toString();
    };
  }

  /** Returns a header's value, empty if there is none. */
  public String get(String name) {
    return values.getOrDefault(name, "");
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }
}
