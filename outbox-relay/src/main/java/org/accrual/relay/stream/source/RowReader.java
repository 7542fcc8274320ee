package org.accrual.relay.stream.source;

import io.debezium.connector.postgresql.connection.ReplicationMessage.Column;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.accrual.relay.stream.outbox.OutboxRow;
import org.accrual.relay.stream.outbox.StreamMismatchException;

/** Makes an {@link OutboxRow} of the columns of a row that Debezium has decoded. */
final class RowReader {
  private static final List<String> COLUMNS =
      List.of("id", "aggregatetype", "aggregateid", "type", "payload", "headers", "created_at");

  /** Where the seconds end in {@code 2026-11-24 12:00:00.000001+00}. */
  private static final int SECONDS = 19;

  private static final DateTimeFormatter POSTGRESQL =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
          .appendOffset("+HH:mm:ss", "Z")
          .toFormatter(Locale.ROOT);

  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** The place in the stream's rows of each of {@link #COLUMNS}. */
  private final int[] places;

  private RowReader(int[] places) {
    this.places = places;
  }

  /**
   * Returns a reader of rows with the same columns in the same order.
   *
   * @throws StreamMismatchException if a column is missing
   */
  static RowReader of(List<Column> columns) {
    List<String> names = columns.stream().map(Column::getName).toList();
    return new RowReader(COLUMNS.stream().mapToInt(name -> place(names, name)).toArray());
  }

  private static int place(List<String> names, String name) {
    int place = names.indexOf(name);
    if (place < 0) {
      throw new StreamMismatchException(
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
        ByteBuffer.wrap(bytes(text(columns, 4))),
        text(columns, 5),
        rfc3339(text(columns, 6)));
  }

  private String text(List<Column> columns, int column) {
    // Without a connection, which only types other than text need.
    Object value = columns.get(places[column]).getValue(null, false);
    if (value instanceof String text) {
      return text;
    }
    throw new StreamMismatchException(
        "a row came with '%s' %s".formatted(COLUMNS.get(column), value));
  }

  /** Decodes PostgreSQL's hexadecimal output of bytes, such as {@code \\x00ff}. */
  private static byte[] bytes(String text) {
    if (!text.startsWith("\\x")) {
      throw new StreamMismatchException("a payload came in another format than hexadecimal");
    }
    return HexFormat.of().parseHex(text, 2, text.length());
  }

  /**
   * Converts PostgreSQL's output of a time to RFC 3339 in UTC with microseconds. By hand where it
   * is in UTC already, since a parser takes ten times as long, for each row.
   */
  static String rfc3339(String text) {
    int end = text.length() - 3;
    boolean plain = end >= SECONDS && text.charAt(10) == ' ' && text.endsWith("+00");
    if (!plain) {
      return slowly(text);
    }
    String fraction = end > SECONDS ? text.substring(SECONDS + 1, end) : "";
    return new StringBuilder(27)
        .append(text, 0, 10)
        .append('T')
        .append(text, 11, SECONDS)
        .append('.')
        .append(fraction)
        .append("000000", fraction.length(), 6)
        .append('Z')
        .toString();
  }

  private static String slowly(String text) {
    try {
      return RFC_3339.format(OffsetDateTime.parse(text, POSTGRESQL));
    } catch (DateTimeException e) {
      throw new StreamMismatchException("a row came with created_at '%s'".formatted(text));
    }
  }
}
