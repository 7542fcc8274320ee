package org.accrual.consumers.deadletter;

import com.google.protobuf.Timestamp;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.function.Consumer;
import org.accrual.api.ops.v1.DeadLetter;
import org.accrual.api.ops.v1.DeadLetterCause;
import org.accrual.api.ops.v1.DeadLetterState;
import org.accrual.contract.Headers;
import org.accrual.intake.StoredRecord;

/** A row of the letters as clients see it. */
final class LetterRow {

  private LetterRow() {}

  static DeadLetter letter(ResultSet row, long place) throws SQLException {
    DeadLetter.Builder letter =
        DeadLetter.newBuilder()
            .setLetterId(row.getString("letter_id"))
            .setConsumer(row.getString("consumer"))
            .setTopic(row.getString("topic"))
            .setPartition(row.getInt("partition"))
            .setOffset(row.getLong("offset"))
            .setKey(row.getString("key"))
            .setPlace(place)
            .setState(DeadLetterState.valueOf("DEAD_LETTER_STATE_" + upper(row, "state")))
            .setCause(DeadLetterCause.valueOf("DEAD_LETTER_CAUSE_" + upper(row, "cause")))
            .setError(row.getString("error"))
            .setAttempts(row.getInt("attempts"))
            .setVersion(row.getLong("version"))
            .setCorrelationId(row.getString("correlation_id"))
            .setCausationId(StoredRecord.headers(row).getOrDefault(Headers.CAUSATION_ID, ""));
    text(row, "type", letter::setType);
    text(row, "event_id", letter::setEventId);
    time(row, "recorded_at", letter::setRecordTime);
    time(row, "parked_at", letter::setParkTime);
    time(row, "settled_at", letter::setSettleTime);
    return letter.build();
  }

  static void time(ResultSet row, String column, Consumer<Timestamp> set) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    if (time != null) {
      set.accept(
          Timestamp.newBuilder().setSeconds(time.toEpochSecond()).setNanos(time.getNano()).build());
    }
  }

  private static void text(ResultSet row, String column, Consumer<String> set) throws SQLException {
    String text = row.getString(column);
    if (text != null) {
      set.accept(text);
    }
  }

  private static String upper(ResultSet row, String column) throws SQLException {
    return row.getString(column).toUpperCase(Locale.ROOT);
  }
}
