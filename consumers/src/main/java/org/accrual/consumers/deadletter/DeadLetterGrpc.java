package org.accrual.consumers.deadletter;

import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import org.accrual.api.ops.v1.DeadLetterServiceGrpc;
import org.accrual.api.ops.v1.DiscardRequest;
import org.accrual.api.ops.v1.DiscardResponse;
import org.accrual.api.ops.v1.GetDeadLetterRequest;
import org.accrual.api.ops.v1.GetDeadLetterResponse;
import org.accrual.api.ops.v1.GetRedriveRequest;
import org.accrual.api.ops.v1.GetRedriveResponse;
import org.accrual.api.ops.v1.IgnoreStreamRequest;
import org.accrual.api.ops.v1.IgnoreStreamResponse;
import org.accrual.api.ops.v1.ListDeadLettersRequest;
import org.accrual.api.ops.v1.ListDeadLettersResponse;
import org.accrual.api.ops.v1.Redrive;
import org.accrual.api.ops.v1.RedriveRequest;
import org.accrual.api.ops.v1.RedriveResponse;
import org.accrual.api.ops.v1.SkipMissingRequest;
import org.accrual.api.ops.v1.SkipMissingResponse;
import org.accrual.api.ops.v1.WatchRedriveRequest;
import org.accrual.api.ops.v1.WatchRedriveResponse;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.grpc.Errors;

/** Serves DeadLetterService. */
@ApplicationScoped
class DeadLetterGrpc implements DeadLetterServiceGrpc.AsyncService, BindableService {
  private static final String ANONYMOUS = "anonymous";

  private final Letters letters;
  private final Redrives redrives;
  private final RedriveWatch watch;
  private final Discards discards;

  @Inject
  DeadLetterGrpc(Letters letters, Redrives redrives, RedriveWatch watch, Discards discards) {
    this.letters = letters;
    this.redrives = redrives;
    this.watch = watch;
    this.discards = discards;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return DeadLetterServiceGrpc.bindService(this);
  }

  @Override
  public void listDeadLetters(
      ListDeadLettersRequest request, StreamObserver<ListDeadLettersResponse> answer) {
    answer.onNext(letters.list(request));
    answer.onCompleted();
  }

  @Override
  public void getDeadLetter(
      GetDeadLetterRequest request, StreamObserver<GetDeadLetterResponse> answer) {
    UUID id = UUID.fromString(request.getLetterId());
    answer.onNext(letters.whole(id).orElseThrow(() -> noLetter(id)));
    answer.onCompleted();
  }

  @Override
  public void redrive(RedriveRequest request, StreamObserver<RedriveResponse> answer) {
    answer.onNext(request.getDryRun() ? redrives.preview(request) : redrives.start(request, who()));
    answer.onCompleted();
  }

  @Override
  public void getRedrive(GetRedriveRequest request, StreamObserver<GetRedriveResponse> answer) {
    Redrive redrive = redrives.get(UUID.fromString(request.getRedriveId()));
    answer.onNext(GetRedriveResponse.newBuilder().setRedrive(redrive).build());
    answer.onCompleted();
  }

  @Override
  public void watchRedrive(
      WatchRedriveRequest request, StreamObserver<WatchRedriveResponse> answer) {
    watch.watch(UUID.fromString(request.getRedriveId()), answer);
  }

  @Override
  public void discard(DiscardRequest request, StreamObserver<DiscardResponse> answer) {
    UUID id = UUID.fromString(request.getLetterId());
    answer.onNext(discards.discard(id, who(), request.getReason()));
    answer.onCompleted();
  }

  @Override
  public void skipMissing(SkipMissingRequest request, StreamObserver<SkipMissingResponse> answer) {
    long behind = discards.skip(request, who());
    answer.onNext(SkipMissingResponse.newBuilder().setBehind(behind).build());
    answer.onCompleted();
  }

  @Override
  public void ignoreStream(
      IgnoreStreamRequest request, StreamObserver<IgnoreStreamResponse> answer) {
    long discarded = discards.ignore(request, who());
    answer.onNext(IgnoreStreamResponse.newBuilder().setDiscarded(discarded).build());
    answer.onCompleted();
  }

  static RuntimeException noLetter(UUID id) {
    return Errors.of(
        Code.NOT_FOUND,
        "LETTER_NOT_FOUND",
        "there is no dead letter " + id,
        Map.of("letter_id", id.toString()));
  }

  /** Returns the person as the caller asserted. */
  private static String who() {
    return Correlation.current()
        .map(Correlation::actor)
        .filter(actor -> !actor.isBlank())
        .orElse(ANONYMOUS);
  }
}
