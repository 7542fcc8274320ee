package org.accrual.core.saga;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.accrual.core.application.Origin;
import org.accrual.core.application.SagaAnswers;
import org.accrual.core.application.SagaAnswers.Arrived;
import org.accrual.core.application.SagaStore;
import org.accrual.core.domain.saga.ParticipantAnswer;
import org.accrual.core.domain.saga.SagaInput;
import org.accrual.core.eventstore.SagaSqlFailure;
import org.accrual.event.randomization.AllocationRevealed;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;
import org.accrual.runtime.trace.Names;
import org.accrual.runtime.trace.Traces;
import org.apache.avro.specific.SpecificRecord;

/** A batch of answers, in the intake's transaction. */
public final class SagaEffects implements Effects {
  private final SagaAnswers answers;
  private final Function<Connection, SagaStore> stores;
  private final InstantSource clock;

  /**
   * Takes answers in.
   *
   * @param stores makes the store of a transaction
   */
  public SagaEffects(
      SagaAnswers answers, Function<Connection, SagaStore> stores, InstantSource clock) {
    this.answers = answers;
    this.stores = stores;
    this.clock = clock;
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    List<Arrived> arrived = new ArrayList<>();
    List<Span> steps = new ArrayList<>();
    Map<UUID, byte[]> sealedArms = new LinkedHashMap<>();
    for (Message message : messages) {
      if (message.body() instanceof AllocationRevealed revealed) {
        sealedArms.put(
            UUID.fromString(revealed.getRequestRef()), AnswerCodec.bytes(revealed.getSealedArm()));
      } else {
        AnswerCodec.answer(message.body())
            .map(answer -> arrived(message, answer, step(message, answer, steps)))
            .ifPresent(arrived::add);
      }
    }
    SagaStore store = stores.apply(connection);
    try {
      if (!arrived.isEmpty()) {
        answers.take(store, arrived, clock.instant().truncatedTo(ChronoUnit.MICROS));
      }
      if (!sealedArms.isEmpty()) {
        store.keepSealedArms(sealedArms);
      }
    } catch (SagaSqlFailure failed) {
      throw failed.failure();
    } finally {
      steps.forEach(Span::end);
    }
  }

  /** A span of the saga's step, if the answer is traced; answers what goes on from it. */
  private static String step(Message message, ParticipantAnswer answer, List<Span> steps) {
    String traceparent = message.correlation().traceparent();
    if (!Traces.on(traceparent)) {
      return traceparent;
    }
    Span span =
        Traces.child("saga " + answer.getClass().getSimpleName(), SpanKind.INTERNAL, traceparent)
            .setAttribute(Names.CORRELATION, message.correlation().id())
            .startSpan();
    steps.add(span);
    return Traces.traceparent(span);
  }

  private static Arrived arrived(Message message, ParticipantAnswer answer, String traceparent) {
    SpecificRecord body = message.body();
    return new Arrived(
        UUID.fromString(field(body, "enrollment_id").toString()),
        new SagaInput.Answered((Integer) field(body, "attempt"), answer),
        new Origin(
            message.correlation().id(),
            message.id().toString(),
            message.correlation().actor(),
            traceparent));
  }

  /** Every answer names its enrollment and attempt under the same fields. */
  private static Object field(SpecificRecord body, String name) {
    return body.get(body.getSchema().getField(name).pos());
  }
}
