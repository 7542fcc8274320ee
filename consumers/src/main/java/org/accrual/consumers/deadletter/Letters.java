package org.accrual.consumers.deadletter;

import com.google.protobuf.ByteString;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.api.ops.v1.DeadLetter;
import org.accrual.api.ops.v1.DeadLetterAction;
import org.accrual.api.ops.v1.DeadLetterFilter;
import org.accrual.api.ops.v1.GetDeadLetterResponse;
import org.accrual.api.ops.v1.ListDeadLettersRequest;
import org.accrual.api.ops.v1.ListDeadLettersResponse;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.intake.StoredRecord;
import org.accrual.runtime.grpc.PageRequest;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads letters. */
@ApplicationScoped
class Letters {
  private static final String LIST =
      """
      select p.* from deadletter.parked p
       where %s
         and (since, consumer, topic, key, place, letter_id) > (?::timestamptz, ?, ?, ?, ?, ?::uuid)
       order by since, consumer, topic, key, place, letter_id limit ?
      """
          .formatted(LetterFilter.CONDITION);
  private static final String COUNT =
      "select count(*), count(distinct (consumer, topic, key)) from deadletter.parked p where %s"
          .formatted(LetterFilter.CONDITION);
  private static final String FIND =
      """
      select l.*, coalesce((select p.place from deadletter.parked p
                             where p.consumer = l.consumer and p.topic = l.topic and p.key = l.key
                               and p.letter_id = l.letter_id), 0) as place
        from deadletter.letter l where l.letter_id = ?
      """;

  private final DataSource database;
  private final LetterPayload payload;

  @Inject
  Letters(@QueryPool DataSource database, LetterPayload payload) {
    this.database = database;
    this.payload = payload;
  }

  ListDeadLettersResponse list(ListDeadLettersRequest request) {
    DeadLetterFilter filter = request.getFilter();
    PageRequest asked = PageRequest.of(request);
    LetterPage after = asked.after(LetterPage.PARTS, LetterPage::of).orElse(LetterPage.BEGINNING);
    int size = asked.size();
    ListDeadLettersResponse.Builder response = ListDeadLettersResponse.newBuilder();
    try (Connection connection = database.getConnection()) {
      count(connection, filter, response);
      List<LetterPage> places = new ArrayList<>();
      try (PreparedStatement statement = connection.prepareStatement(LIST)) {
        int index = LetterFilter.bind(statement, 1, filter);
        index = after.bind(statement, index);
        // One more than asked for tells whether there is a next page.
        statement.setInt(index, size + 1);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            if (places.size() == size) {
              return response
                  .setNextPageToken(asked.tokenAfter(places.getLast().tokenKey()))
                  .build();
            }
            places.add(LetterPage.of(rows));
            response.addLetters(LetterRow.letter(rows, rows.getLong("place")));
          }
        }
      }
      return response.build();
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static void count(
      Connection connection, DeadLetterFilter filter, ListDeadLettersResponse.Builder response)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      LetterFilter.bind(statement, 1, filter);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        response.setTotal(row.getLong(1)).setKeys(row.getLong(2));
      }
    }
  }

  Optional<DeadLetter> find(UUID id) {
    return whole(id, false).map(GetDeadLetterResponse::getLetter);
  }

  /** With payload and history. */
  Optional<GetDeadLetterResponse> whole(UUID id) {
    return whole(id, true);
  }

  private Optional<GetDeadLetterResponse> whole(UUID id, boolean all) {
    GetDeadLetterResponse.Builder response = GetDeadLetterResponse.newBuilder();
    ConsumerRecord<byte[], byte[]> record;
    try (Connection connection = database.getConnection()) {
      try (PreparedStatement statement = connection.prepareStatement(FIND)) {
        statement.setObject(1, id);
        try (ResultSet row = statement.executeQuery()) {
          if (!row.next()) {
            return Optional.empty();
          }
          response.setLetter(LetterRow.letter(row, row.getLong("place")));
          response.putAllHeaders(StoredRecord.headers(row));
          record = StoredRecord.of(row);
        }
      }
      if (all) {
        response.addAllHistory(history(connection, id));
      }
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
    if (all) {
      if (record.value() != null) {
        response.setValue(ByteString.copyFrom(record.value()));
      }
      // After the connection has gone back: the registry may be slow.
      payload.decode(record, response);
    }
    return Optional.of(response.build());
  }

  private static List<DeadLetterAction> history(Connection connection, UUID id)
      throws SQLException {
    List<DeadLetterAction> history = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select at, who, what, note from deadletter.history where letter_id = ? order by place")) {
      statement.setObject(1, id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          DeadLetterAction.Builder action =
              DeadLetterAction.newBuilder()
                  .setWho(rows.getString("who"))
                  .setAction(rows.getString("what"))
                  .setNote(rows.getString("note"));
          LetterRow.time(rows, "at", action::setTime);
          history.add(action.build());
        }
      }
    }
    return history;
  }
}
