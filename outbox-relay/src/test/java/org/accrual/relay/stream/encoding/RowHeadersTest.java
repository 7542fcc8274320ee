package org.accrual.relay.stream.encoding;

import static org.accrual.relay.stream.outbox.OutboxFixtures.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The headers of a row")
class RowHeadersTest {
  @Test
  @DisplayName("are texts in their order; other values are kept as JSON, nulls are left out")
  void values() {
    RowHeaders headers =
        RowHeaders.of(
            row(
                "a",
                "{\"b\": \"x\\u00e4\\n\", \"a\": 1.50, \"n\": null, \"o\": {\"k\":[true, \"\"]}, \"e\": \"\"}"));

    assertThat(headers.values())
        .containsExactly(
            Map.entry("b", "xä\n"),
            Map.entry("a", "1.5"),
            Map.entry("o", "{\"k\":[true,\"\"]}"),
            Map.entry("e", ""));
    assertThat(headers.get("n")).isEmpty();
    assertThat(headers.has("n")).isFalse();
    assertThat(headers.has("e")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "\"x\"", "{", "{\"a\":}", "{\"a\":1"})
  @DisplayName("must be a JSON object")
  void notAnObject(String json) {
    assertThatThrownBy(() -> RowHeaders.of(row("a", json)))
        .isInstanceOf(UnpublishableException.class)
        .hasMessageContaining("headers");
  }
}
