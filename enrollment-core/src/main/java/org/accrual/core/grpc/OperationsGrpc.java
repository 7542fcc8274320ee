package org.accrual.core.grpc;

import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.ListOperationsRequest;
import com.google.longrunning.ListOperationsResponse;
import com.google.longrunning.WaitOperationRequest;
import com.google.protobuf.Empty;
import com.google.rpc.Code;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.accrual.core.application.Cancellation;
import org.accrual.core.application.Catalog;
import org.accrual.core.application.EnrollmentHistory;
import org.accrual.core.application.Operation;
import org.accrual.core.application.OperationFilter;
import org.accrual.core.application.Request;
import org.accrual.core.application.StoreUnavailable;
import org.accrual.core.application.Waits;
import org.accrual.runtime.grpc.Errors;
import org.accrual.runtime.grpc.PageRequest;

/** google.longrunning.Operations over enrollments. */
@ApplicationScoped
class OperationsGrpc extends com.google.longrunning.OperationsGrpc.OperationsImplBase {
  private final Catalog catalog;
  private final Cancellation cancellation;
  private final Waits waits;
  private final WaitLimits limits;
  private final Answers answers;
  private final Requests requests;

  @Inject
  OperationsGrpc(
      Catalog catalog,
      Cancellation cancellation,
      Waits waits,
      WaitLimits limits,
      Answers answers,
      Requests requests) {
    this.catalog = catalog;
    this.cancellation = cancellation;
    this.waits = waits;
    this.limits = limits;
    this.answers = answers;
    this.requests = requests;
  }

  @Override
  public void getOperation(
      GetOperationRequest r, StreamObserver<com.google.longrunning.Operation> answer) {
    answers.read(answer, () -> messages(List.of(find(r.getName()))).getFirst());
  }

  /** Answers when the operation is done, or when the time is up: as it stands then. */
  @Override
  public void waitOperation(
      WaitOperationRequest r, StreamObserver<com.google.longrunning.Operation> answer) {
    Duration atMost = limits.operation(Timestamps.duration("timeout", r.getTimeout()));
    answers.read(
        answer,
        () -> {
          Operation operation = find(r.getName());
          Operation last = operation.done() ? operation : waited(operation, atMost, r.getName());
          return messages(List.of(last)).getFirst();
        });
  }

  private Operation waited(Operation operation, Duration atMost, String name) {
    try {
      waits.operations().await(operation.operationId(), atMost);
      return find(name);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return operation;
    }
  }

  /** Answers when the compensation has begun; the operation's own end is what to wait for. */
  @Override
  public void cancelOperation(CancelOperationRequest r, StreamObserver<Empty> answer) {
    Operation operation;
    try {
      operation = find(r.getName());
    } catch (StoreUnavailable away) {
      throw Answers.unavailable(away);
    }
    Request request =
        requests.of(
            com.google.longrunning.OperationsGrpc.getCancelOperationMethod(),
            operation.operationId().toString(),
            r,
            "");
    answers.command(request, Empty.parser(), answer, () -> cancellation.cancel(request, operation));
  }

  @Override
  public void listOperations(
      ListOperationsRequest r, StreamObserver<ListOperationsResponse> answer) {
    if (!r.getName().isEmpty() && !r.getName().equals("operations")) {
      throw Errors.invalid("name", "must be empty or operations");
    }
    OperationFilter filter = OperationFilters.parse(r.getFilter());
    PageRequest asked = PageRequest.of(r);
    int size = asked.size();
    Optional<UUID> before = asked.after(1, key -> UUID.fromString(key.getFirst()));
    answers.read(
        answer,
        () -> {
          // One more than asked for tells whether there is another page.
          List<Operation> found = catalog.operations(filter, before, size + 1);
          ListOperationsResponse.Builder page = ListOperationsResponse.newBuilder();
          page.addAllOperations(messages(found.stream().limit(size).toList()));
          if (found.size() > size) {
            page.setNextPageToken(asked.tokenAfter(found.get(size - 1).operationId()));
          }
          return page.build();
        });
  }

  private Operation find(String name) {
    return OperationMessages.id(name)
        .flatMap(catalog::operation)
        .orElseThrow(
            () ->
                Errors.of(
                    Code.NOT_FOUND,
                    "OPERATION_NOT_FOUND",
                    "there is no such operation, or it has been dropped after its retention",
                    Map.of("operation", name)));
  }

  /** With one query for the enrollments of all that are confirmed. */
  private List<com.google.longrunning.Operation> messages(List<Operation> operations) {
    Map<UUID, EnrollmentHistory> confirmed =
        catalog.histories(
            operations.stream()
                .filter(operation -> operation.stage() == Operation.Stage.CONFIRMED)
                .collect(
                    Collectors.toMap(
                        operation -> operation.subject().enrollmentId(), Operation::version)));
    return operations.stream()
        .map(
            operation ->
                OperationMessages.operation(
                    operation,
                    () ->
                        Objects.requireNonNull(confirmed.get(operation.subject().enrollmentId()))))
        .toList();
  }
}
