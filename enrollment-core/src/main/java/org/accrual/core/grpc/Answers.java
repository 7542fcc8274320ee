package org.accrual.core.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.rpc.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.core.application.Answer;
import org.accrual.core.application.Outcome;
import org.accrual.core.application.Request;
import org.accrual.core.application.StoreUnavailable;
import org.accrual.core.domain.Refusal;
import org.accrual.intake.Hop;
import org.accrual.intake.HopNotes;
import org.accrual.runtime.grpc.Errors;

/** Answers calls with a message or an error, and counts commands. */
@ApplicationScoped
class Answers {
  private static final Logger LOG = Logger.getLogger(Answers.class.getName());
  private static final Duration RETRY_UNAVAILABLE = Duration.ofSeconds(1);
  private static final Duration RETRY_CONTENDED = Duration.ofMillis(100);

  private final CommandMetrics metrics;
  private final HopNotes hops;

  @Inject
  Answers(CommandMetrics metrics, HopNotes hops) {
    this.metrics = metrics;
    this.hops = hops;
  }

  /** Answers a command. */
  <A extends Message> void command(
      Request request, Parser<A> parser, StreamObserver<A> observer, Supplier<Outcome> command) {
    command(request, parser, observer, command, answer -> answer);
  }

  /**
   * Answers a command.
   *
   * @param complete adds to an answer what is not kept with it
   */
  <A extends Message> void command(
      Request request,
      Parser<A> parser,
      StreamObserver<A> observer,
      Supplier<Outcome> command,
      UnaryOperator<A> complete) {
    A message = message(request, parser, outcome(request, command));
    read(observer, () -> complete.apply(message));
  }

  /** Answers a check of a command. It writes nothing, so it is not counted as a command. */
  <A extends Message> void check(
      Request request, Parser<A> parser, StreamObserver<A> observer, Supplier<Outcome> check) {
    read(observer, () -> message(request, parser, check.get()));
  }

  private static <A extends Message> A message(Request request, Parser<A> parser, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Answered(Answer answer) -> parsed(parser, answer);
      case Outcome.Refused(Refusal refusal) -> throw refused(refusal);
      case Outcome.RequestIdReused() -> throw reused(request);
      case Outcome.Contended() -> throw contended();
      case Outcome.EtagMismatch() -> throw outdated();
      case Outcome.Abandoned() -> throw abandoned();
    };
  }

  private Outcome outcome(Request request, Supplier<Outcome> command) {
    Instant began = Instant.now();
    Outcome outcome;
    try {
      outcome = command.get();
    } catch (StoreUnavailable away) {
      metrics.count(request.method(), CommandOutcome.UNAVAILABLE);
      note(request, began, Hop.Outcome.FAILED, reason(away));
      throw unavailable(away);
    } catch (RuntimeException fault) {
      metrics.count(request.method(), CommandOutcome.FAILED);
      note(request, began, Hop.Outcome.FAILED, "INTERNAL");
      throw fault;
    }
    metrics.count(request.method(), counted(outcome));
    switch (outcome) {
      case Outcome.Answered _ -> {} // told by what it wrote
      case Outcome.Refused(Refusal refusal) ->
          note(request, began, Hop.Outcome.REFUSED, refusal.reason().name());
      case Outcome.RequestIdReused() ->
          note(request, began, Hop.Outcome.REFUSED, "REQUEST_ID_REUSED");
      case Outcome.Contended() -> note(request, began, Hop.Outcome.FAILED, "CONCURRENT_UPDATE");
      case Outcome.EtagMismatch() -> note(request, began, Hop.Outcome.REFUSED, "ETAG_MISMATCH");
      case Outcome.Abandoned() -> note(request, began, Hop.Outcome.FAILED, "CALL_ABANDONED");
    }
    return outcome;
  }

  private void note(Request request, Instant began, Hop.Outcome outcome, String reason) {
    hops.note(
        Hop.command(
            Instant.now(),
            began,
            request.origin().correlationId(),
            "enrollment-core",
            outcome,
            request.requestId(),
            request.method(),
            reason));
  }

  /** Answers a read. */
  <A> void read(StreamObserver<A> observer, Supplier<A> read) {
    A answer;
    try {
      answer = read.get();
    } catch (StoreUnavailable away) {
      throw unavailable(away);
    }
    answer(observer, answer);
  }

  private static <A> void answer(StreamObserver<A> observer, A message) {
    observer.onNext(message);
    observer.onCompleted();
  }

  private static CommandOutcome counted(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Answered _ -> CommandOutcome.ACCEPTED;
      case Outcome.Refused _ -> CommandOutcome.REFUSED;
      case Outcome.RequestIdReused _ -> CommandOutcome.REQUEST_ID_REUSED;
      case Outcome.Contended _ -> CommandOutcome.CONTENDED;
      case Outcome.EtagMismatch _ -> CommandOutcome.REFUSED;
      case Outcome.Abandoned _ -> CommandOutcome.ABANDONED;
    };
  }

  private static <A extends Message> A parsed(Parser<A> parser, Answer answer) {
    try {
      return parser.parseFrom(answer.bytes());
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalStateException("a kept answer cannot be read", broken);
    }
  }

  private static StatusRuntimeException refused(Refusal refusal) {
    return Errors.of(
        code(refusal.reason()), refusal.reason().name(), refusal.message(), refusal.about());
  }

  static Code code(Refusal.Reason reason) {
    return switch (reason.kind()) {
      case NOT_FOUND -> Code.NOT_FOUND;
      case ALREADY_EXISTS -> Code.ALREADY_EXISTS;
      case FAILED_PRECONDITION -> Code.FAILED_PRECONDITION;
    };
  }

  private static StatusRuntimeException reused(Request request) {
    return Errors.of(
        Code.ALREADY_EXISTS,
        "REQUEST_ID_REUSED",
        "request_id %s belongs to an accepted request with other content"
            .formatted(request.requestId()),
        Map.of("request_id", request.requestId()));
  }

  private static StatusRuntimeException contended() {
    return Errors.retryable(
        Code.ABORTED,
        "CONCURRENT_UPDATE",
        "others changed the same things meanwhile; nothing was written, send the request again",
        Map.of(),
        RETRY_CONTENDED);
  }

  private static String reason(StoreUnavailable away) {
    return away.overloaded() ? "OVERLOADED" : "DATABASE_UNAVAILABLE";
  }

  private static StatusRuntimeException outdated() {
    return Errors.of(
        Code.ABORTED,
        "ETAG_MISMATCH",
        "it has changed since the etag was given out: read it, then decide again",
        Map.of());
  }

  private static StatusRuntimeException abandoned() {
    return Errors.of(
        Code.CANCELLED,
        "CALL_ABANDONED",
        "the caller cancelled or its deadline passed before anything was written",
        Map.of());
  }

  static StatusRuntimeException unavailable(StoreUnavailable away) {
    if (away.overloaded()) {
      LOG.log(
          Level.WARNING,
          "no connection to the database was free in time; check accrual.database.pool-size and"
              + " slow statements: {0}",
          away.getMessage());
      return Errors.retryable(
          Code.UNAVAILABLE,
          "OVERLOADED",
          "more calls than this service has database connections; send the same request again",
          Map.of(),
          RETRY_UNAVAILABLE);
    }
    LOG.log(
        Level.WARNING,
        "the database does not answer; check that it runs and accepts connections: {0}",
        away.getMessage());
    return Errors.retryable(
        Code.UNAVAILABLE,
        "DATABASE_UNAVAILABLE",
        "the database does not answer; send the same request again",
        Map.of(),
        RETRY_UNAVAILABLE);
  }
}
