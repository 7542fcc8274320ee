package org.accrual.relay.stream.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.OffsetDateTime;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.StreamMismatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    assertThat(row.payload().array()).containsExactly(1, 2);
    assertThat(row.headers()).isEqualTo("{}");
    assertThat(row.createdAt()).isEqualTo("2026-11-24T12:00:00.000001Z");
  }

  @Test
  @DisplayName("rejects rows that lack a column")
  void lacksAColumn() {
    var columns = StreamScript.columns("7").subList(0, 6);

    assertThatThrownBy(() -> RowReader.of(columns))
        .isInstanceOf(StreamMismatch.class)
        .hasMessageContaining("created_at");
  }

  @Test
  @DisplayName("rejects a column without a value")
  void withoutAValue() {
    var columns = StreamScript.columns(null);

    assertThatThrownBy(() -> RowReader.of(columns).read(columns))
        .isInstanceOf(StreamMismatch.class)
        .hasMessageContaining("'id'");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "2026-11-24T12:00:00.000001Z, 2026-11-24T12:00:00.000001Z",
    "2026-01-02T03:04:05Z, 2026-01-02T03:04:05.000000Z",
    "2026-12-31T23:59:59.999999+00:00, 2026-12-31T23:59:59.999999Z",
    "2026-11-24T12:00:00.5+05:30, 2026-11-24T06:30:00.500000Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00.000000Z",
    "+10000-01-01T00:00:00Z, +10000-01-01T00:00Z"
  })
  @DisplayName("formats a time in UTC with microseconds")
  void formats(String time, String text) {
    assertThat(RowReader.rfc3339(OffsetDateTime.parse(time))).isEqualTo(text);
  }
}
