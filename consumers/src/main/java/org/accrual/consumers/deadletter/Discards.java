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
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.runtime.grpc.Errors;

/** Gives letters up. The database judges; here its refusals become answers. */
@ApplicationScoped
class Discards {
  private static final String REFUSED = "55000";

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
                            and b.state = 'parked') as behind
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
          refused(id, "BEHIND_ANOTHER", "the letter stands behind another of its key"));
    }
    return Optional.empty();
  }

  private static RuntimeException refused(UUID id, String reason, String message) {
    return Errors.of(Code.FAILED_PRECONDITION, reason, message, Map.of("letter_id", id.toString()));
  }
}
