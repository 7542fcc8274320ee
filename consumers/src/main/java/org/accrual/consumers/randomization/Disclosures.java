package org.accrual.consumers.randomization;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.participant.Request;
import org.accrual.event.randomization.RevealAllocation;

/**
 * Checks requests to reveal an arm against the write side: one is answered only if a caller of
 * Unblind waits for it with this key, and the unblinding is an event of the patient's enrollment. A
 * message on the topic proves neither.
 */
final class Disclosures {
  private static final String RECORDED =
      """
      select w.message_id
        from unnest(?, ?, ?, ?) as w (message_id, request_ref, enrollment_id, reader_key)
        join enrollment.unblinding u on u.request_ref::text = w.request_ref
             and u.enrollment_id = w.enrollment_id and u.reader_key = w.reader_key
        join enrollment.event e on e.event_id = u.event_id
             and e.stream_type = 'enrollment' and e.stream_id = w.enrollment_id::text
             and e.type = 'accrual.enrollment.unblinded.v1'
      """;

  private Disclosures() {}

  /** Returns the ids of the requests that may be answered. */
  static Set<UUID> recorded(Connection connection, List<Request> requests) throws SQLException {
    record Row(Request request, RevealAllocation command) {}
    List<Row> rows =
        requests.stream()
            .filter(request -> request.command() instanceof RevealAllocation)
            .map(request -> new Row(request, (RevealAllocation) request.command()))
            .toList();
    Set<UUID> recorded = new HashSet<>();
    if (rows.isEmpty()) {
      return recorded;
    }
    try (PreparedStatement statement = connection.prepareStatement(RECORDED)) {
      new Columns<>(statement, rows)
          .column("uuid", r -> r.request().id())
          .column("text", r -> r.command().getRequestRef())
          .column("uuid", r -> r.request().attempt().enrollmentId())
          .bytes(r -> bytes(r.command().getReaderKey()));
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          recorded.add(found.getObject(1, UUID.class));
        }
      }
    }
    return recorded;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
