package org.accrual.consumers.participant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.accrual.consumers.database.Columns;
import org.accrual.contract.Headers;
import org.accrual.runtime.Correlation;
import org.apache.avro.specific.SpecificRecord;

/**
 * What a participant says in one batch, in order; published through the outbox in the batch's
 * transaction.
 */
public final class Answers {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PUBLISH =
      """
      insert into outbox.message (id, aggregatetype, aggregateid, type, payload, headers)
      select uuidv7(), a.aggregatetype, a.aggregateid, a.type, a.payload, a.headers::jsonb
        from unnest(?, ?, ?, ?, ?) with ordinality
             as a (aggregatetype, aggregateid, type, payload, headers, place)
       order by a.place
      """;

  private final String participant;
  private final List<Answer> answers = new ArrayList<>();

  private record Answer(Request request, PlainAvro body) {}

  /**
   * @param participant whose answers they are: {@code capacity} answers on the topic of {@code
   *     capacity.events}
   */
  public Answers(String participant) {
    this.participant = participant;
  }

  /** Answers a request, which may have been answered before: the saga takes an answer once. */
  public void add(Request request, SpecificRecord body) {
    answers.add(new Answer(request, PlainAvro.of(body)));
  }

  /** In the order in which they were added. */
  public void publish(Connection connection) throws SQLException {
    if (answers.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(PUBLISH)) {
      new Columns<>(statement, answers)
          .column("text", a -> participant + ".events")
          .column("text", a -> a.request().site().toString())
          .column("text", a -> a.body().type())
          .bytes(a -> a.body().payload())
          .column("text", this::headers)
          .write();
    }
  }

  private String headers(Answer answer) {
    Correlation correlation = answer.request().correlation();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.SOURCE, "/accrual/" + participant);
    headers.put(Headers.SCHEMA_VERSION, Integer.toString(answer.body().schemaVersion()));
    headers.put(Headers.CORRELATION_ID, correlation.id());
    headers.put(Headers.CAUSATION_ID, answer.request().id().toString());
    if (!correlation.actor().isEmpty()) {
      headers.put(Headers.ACTOR, correlation.actor());
    }
    if (!correlation.traceparent().isEmpty()) {
      headers.put(Headers.TRACEPARENT, correlation.traceparent());
    }
    try {
      return JSON.writeValueAsString(headers);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("texts that cannot be written as JSON", impossible);
    }
  }
}
