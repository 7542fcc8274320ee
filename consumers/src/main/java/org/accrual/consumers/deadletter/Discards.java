package org.accrual.consumers.deadletter;

import com.google.rpc.Code;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.api.ops.v1.DeadLetter;
import org.accrual.api.ops.v1.DeadLetterState;
import org.accrual.api.ops.v1.DiscardResponse;
import org.accrual.api.ops.v1.IgnoreStreamRequest;
import org.accrual.api.ops.v1.SkipMissingRequest;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.runtime.grpc.Errors;

/**
 * Gives up letters, missing events and streams. The database judges; its refusals become answers
 * here.
 */
@ApplicationScoped
class Discards {
  private static final String REFUSED = "55000";
  private static final String NOT_PARKED = "P0002";

  private final DataSource database;
  private final Letters letters;

  @Inject
  Discards(@EffectsPool DataSource database, Letters letters) {
    this.database = database;
    this.letters = letters;
  }

  DiscardResponse discard(UUID id, String who, String reason) {
    Optional<RuntimeException> refusal = refusal(id);
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    try (Connection connection = database.getConnection()) {
      try {
        if (letters.find(id).orElseThrow().getState() == DeadLetterState.DEAD_LETTER_STATE_PARKED) {
          discard(connection, id, who, reason);
        }
        DiscardResponse answer = answer(connection, id);
        connection.commit();
        return answer;
      } finally {
        connection.rollback();
      }
    } catch (SQLException failure) {
      if (REFUSED.equals(failure.getSQLState())) {
        // Something else settled it, or one before it, meanwhile.
        throw refusal(id).orElseGet(() -> DatabaseErrors.of(failure));
      }
      throw DatabaseErrors.of(failure);
    }
  }

  long skip(SkipMissingRequest request, String who) {
    return decide(
        "select deadletter.skip(?, ?, ?, ?, ?, ?)",
        request.getConsumer(),
        request.getTopic(),
        request.getKey(),
        request.getThroughVersion(),
        who,
        request.getReason());
  }

  long ignore(IgnoreStreamRequest request, String who) {
    return decide(
        "select deadletter.ignore(?, ?, ?, ?, ?)",
        request.getConsumer(),
        request.getTopic(),
        request.getKey(),
        who,
        request.getReason());
  }

  /** Calls a function about the stream of the first three values. */
  private long decide(String sql, Object... values) {
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        long count = row.getLong(1);
        connection.commit();
        return count;
      } finally {
        connection.rollback();
      }
    } catch (SQLException failure) {
      Map<String, String> stream =
          Map.of(
              "consumer", values[0].toString(),
              "topic", values[1].toString(),
              "key", values[2].toString());
      String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
      throw switch (String.valueOf(failure.getSQLState())) {
        case NOT_PARKED ->
            Errors.of(Code.FAILED_PRECONDITION, "STREAM_NOT_PARKED", message, stream);
        case REFUSED -> Errors.of(Code.FAILED_PRECONDITION, "NOT_MISSING", message, stream);
        default -> DatabaseErrors.of(failure);
      };
    }
  }

  private static void discard(Connection connection, UUID id, String who, String reason)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("select deadletter.discard(?, ?, ?)")) {
      statement.setObject(1, id);
      statement.setString(2, who);
      statement.setString(3, reason);
      statement.execute();
    }
  }

  private DiscardResponse answer(Connection connection, UUID id) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select l.*, (select count(*) from deadletter.letter b
                          where b.consumer = l.consumer and b.topic = l.topic and b.key = l.key
                            and b.state = 'parked' and not b.alone and not l.alone) as behind
              from deadletter.letter l where l.letter_id = ?
            """)) {
      statement.setObject(1, id);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return DiscardResponse.newBuilder()
            .setLetter(LetterRow.letter(row, 0))
            .setBehind(row.getLong("behind"))
            .build();
      }
    }
  }

  /** Why it cannot be given up; empty if it can, or has been. */
  private Optional<RuntimeException> refusal(UUID id) {
    DeadLetter letter = letters.find(id).orElseThrow(() -> DeadLetterGrpc.noLetter(id));
    if (letter.getState() == DeadLetterState.DEAD_LETTER_STATE_APPLIED) {
      return Optional.of(
          refused(id, "LETTER_SETTLED", "the letter has taken effect; it cannot be given up"));
    }
    if (letter.getPlace() > 1) {
      return Optional.of(
          refused(id, "BEHIND_ANOTHER", "the letter waits behind another of its stream"));
    }
    return Optional.empty();
  }

  private static RuntimeException refused(UUID id, String reason, String message) {
    return Errors.of(Code.FAILED_PRECONDITION, reason, message, Map.of("letter_id", id.toString()));
  }
}
