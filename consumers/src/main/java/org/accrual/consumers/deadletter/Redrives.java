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
import org.accrual.api.ops.v1.Redrive;
import org.accrual.api.ops.v1.RedriveRequest;
import org.accrual.api.ops.v1.RedriveResponse;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.runtime.grpc.Errors;

/** Previews and starts redrives, and says how far they are. */
@ApplicationScoped
class Redrives {
  private static final int DEFAULT_RATE = 100;
  private static final String UNIQUE_VIOLATION = "23505";

  private final DataSource reading;
  private final DataSource writing;

  @Inject
  Redrives(@QueryPool DataSource reading, @EffectsPool DataSource writing) {
    this.reading = reading;
    this.writing = writing;
  }

  RedriveResponse preview(RedriveRequest request) {
    try (Connection connection = reading.getConnection()) {
      Selection selection = Selection.of(connection, request);
      RedriveResponse.Builder response = selection.countsAndRefusals();
      if (!selection.letters().isEmpty()) {
        response.setPreviewToken(Preview.of(request, selection.letters()).token());
      }
      return response.build();
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  RedriveResponse start(RedriveRequest request, String who) {
    Preview preview =
        Preview.decode(request.getPreviewToken())
            .orElseThrow(
                () -> Errors.invalid("preview_token", "is not a preview_token of a dry run"));
    try (Connection connection = writing.getConnection()) {
      try {
        Optional<RedriveResponse> before = before(connection, request, preview);
        return before.isPresent() ? before.get() : start(connection, request, preview, who);
      } catch (SQLException failure) {
        connection.rollback();
        if (!UNIQUE_VIOLATION.equals(failure.getSQLState())) {
          throw failure;
        }
        // Somebody else was quicker: with this request, or with these letters.
        return before(connection, request, preview).orElseThrow(Redrives::stale);
      } finally {
        connection.rollback();
      }
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  Redrive get(UUID id) {
    try (Connection connection = reading.getConnection()) {
      return RedriveReader.read(connection, id)
          .orElseThrow(
              () ->
                  Errors.of(
                      Code.NOT_FOUND,
                      "REDRIVE_NOT_FOUND",
                      "there is no redrive " + id,
                      Map.of("redrive_id", id.toString())));
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  private static RedriveResponse start(
      Connection connection, RedriveRequest request, Preview preview, String who)
      throws SQLException {
    Selection selection = Selection.of(connection, preview.request());
    if (!preview.isOf(selection.letters())) {
      throw stale();
    }
    int rate = request.getRate() != 0 ? request.getRate() : preview.request().getRate();
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select r, (select count(*) from deadletter.redrive_letter where redrive_id = r)
              from deadletter.start_redrive(?, ?, ?, ?, ?) r
            """)) {
      statement.setArray(1, connection.createArrayOf("uuid", selection.letters().toArray()));
      statement.setString(2, who);
      statement.setInt(3, rate == 0 ? DEFAULT_RATE : rate);
      statement.setString(4, request.getRequestId());
      statement.setString(5, preview.hash());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        UUID id = row.getObject(1, UUID.class);
        connection.commit();
        return selection.counts().setRedriveId(id.toString()).build();
      }
    }
  }

  /** The answer to the same request, if it came before. */
  private static Optional<RedriveResponse> before(
      Connection connection, RedriveRequest request, Preview preview) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            select r.redrive_id, r.preview, count(*), count(distinct (l.consumer, l.topic, l.key))
              from deadletter.redrive r join deadletter.redrive_letter using (redrive_id)
              join deadletter.letter l using (letter_id)
             where r.request_id = ? group by 1, 2
            """)) {
      statement.setString(1, request.getRequestId());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        if (!preview.hash().equals(row.getString(2))) {
          throw Errors.of(
              Code.ALREADY_EXISTS,
              "REQUEST_ID_REUSED",
              "request_id was used for another redrive",
              Map.of("request_id", request.getRequestId()));
        }
        return Optional.of(
            RedriveResponse.newBuilder()
                .setRedriveId(row.getString(1))
                .setLetters(row.getLong(3))
                .setKeys(row.getLong(4))
                .build());
      }
    }
  }

  private static RuntimeException stale() {
    return Errors.of(
        Code.FAILED_PRECONDITION,
        "PREVIEW_STALE",
        "what is parked has changed since the preview: preview again",
        Map.of());
  }
}
