package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.connection.ReplicationMessage.Column;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.StreamMismatch;
import org.jspecify.annotations.Nullable;

/** Makes an {@link OutboxRow} of the columns of a row that Debezium has decoded. */
final class RowReader {
  private static final List<String> COLUMNS =
      List.of("id", "aggregatetype", "aggregateid", "type", "payload", "headers", "created_at");

  /** The place in the stream's rows of each of {@link #COLUMNS}. */
  private final int[] places;

  private RowReader(int[] places) {
    this.places = places;
  }

  /**
   * Returns a reader of rows with the same columns in the same order.
   *
   * @throws StreamMismatch if a column is missing
   */
  static RowReader of(List<Column> columns) {
    List<String> names = columns.stream().map(Column::getName).toList();
    return new RowReader(COLUMNS.stream().mapToInt(name -> place(names, name)).toArray());
  }

  private static int place(List<String> names, String name) {
    int place = names.indexOf(name);
    if (place < 0) {
      throw new StreamMismatch(
          "the publication sent rows without the column '%s', with %s".formatted(name, names));
    }
    return place;
  }

  OutboxRow read(List<Column> columns) {
    return new OutboxRow(
        text(columns, 0),
        text(columns, 1),
        text(columns, 2),
        text(columns, 3),
        ByteBuffer.wrap((byte[]) value(columns, 4)),
        text(columns, 5),
        rfc3339((OffsetDateTime) value(columns, 6)));
  }

  private String text(List<Column> columns, int column) {
    return (String) value(columns, column);
  }

  private Object value(List<Column> columns, int column) {
    // Without a connection: no column of the outbox has a type that needs one.
    @Nullable Object value = columns.get(places[column]).getValue(null, false);
    if (value == null) {
      throw new StreamMismatch("a row came without '%s'".formatted(COLUMNS.get(column)));
    }
    return value;
  }

  /** Formats by hand, since this is done for each row and a formatter takes ten times as long. */
  static String rfc3339(OffsetDateTime at) {
    OffsetDateTime utc = at.withOffsetSameInstant(ZoneOffset.UTC);
    if (utc.getYear() < 0 || utc.getYear() > 9999) {
      return utc.toString();
    }
    byte[] text = "0000-00-00T00:00:00.000000Z".getBytes(StandardCharsets.US_ASCII);
    digits(text, 0, 4, utc.getYear());
    digits(text, 5, 2, utc.getMonthValue());
    digits(text, 8, 2, utc.getDayOfMonth());
    digits(text, 11, 2, utc.getHour());
    digits(text, 14, 2, utc.getMinute());
    digits(text, 17, 2, utc.getSecond());
    digits(text, 20, 6, utc.getNano() / 1000);
    return new String(text, StandardCharsets.US_ASCII);
  }

  private static void digits(byte[] text, int from, int count, int value) {
    int rest = value;
    for (int i = from + count - 1; i >= from; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
