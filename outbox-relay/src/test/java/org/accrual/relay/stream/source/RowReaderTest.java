package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.StreamMismatchException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The row reader")
class RowReaderTest {
  @Test
  @DisplayName("reads columns by name, in whatever order they come")
  void reads() {
    var columns = StreamScript.columns("7").reversed();

    OutboxRow row = RowReader.of(columns).read(columns);

    assertThat(row.id()).isEqualTo("7");
    assertThat(row.aggregateType()).isEqualTo("study.events");
    assertThat(row.aggregateId()).isEqualTo("S1");
    assertThat(row.type()).isEqualTo("t.v1");
    assertThat(row.payload().array()).containsExactly(1, 255);
    assertThat(row.headers()).isEqualTo("{}");
    assertThat(row.createdAt()).isEqualTo("2026-11-24T12:00:00.000001Z");
  }

  @Test
  @DisplayName("rejects rows that lack a column")
  void lacksAColumn() {
    var columns = StreamScript.columns("7").subList(0, 6);

    assertThatThrownBy(() -> RowReader.of(columns))
        .isInstanceOf(StreamMismatchException.class)
        .hasMessageContaining("created_at");
  }

  @Test
  @DisplayName("rejects a column without a value")
  void withoutAValue() {
    var columns = StreamScript.columns(null);

    assertThatThrownBy(() -> RowReader.of(columns).read(columns))
        .isInstanceOf(StreamMismatchException.class)
        .hasMessageContaining("'id'");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "2026-11-24 12:00:00.000001+00, 2026-11-24T12:00:00.000001Z",
    "2026-11-24 12:00:00.5+00, 2026-11-24T12:00:00.500000Z",
    "2026-01-02 03:04:05+00, 2026-01-02T03:04:05.000000Z",
    "2026-11-24 17:30:00.5+05:30, 2026-11-24T12:00:00.500000Z",
    "2026-11-24 07:00:00.123456-05, 2026-11-24T12:00:00.123456Z",
    "1900-01-01 00:19:32+00:19:32, 1900-01-01T00:00:00.000000Z"
  })
  @DisplayName("converts a time to UTC with microseconds")
  void formats(String time, String text) {
    assertThat(RowReader.rfc3339(time)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"infinity", "2026-11-24", "0001-01-01 00:00:00+00 BC"})
  @DisplayName("rejects what is not such a time")
  void notATime(String text) {
    assertThatThrownBy(() -> RowReader.rfc3339(text)).isInstanceOf(StreamMismatchException.class);
  }
}
