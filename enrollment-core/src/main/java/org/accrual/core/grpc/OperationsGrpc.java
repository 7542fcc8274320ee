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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.accrual.core.application.Catalog;
import org.accrual.core.application.Operation;
import org.accrual.core.application.OperationFilter;
import org.accrual.runtime.grpc.Errors;

/**
 * google.longrunning.Operations over enrollments. An operation is done by the time EnrollPatient
 * has answered, so waiting answers at once and there is never anything left to cancel.
 */
@ApplicationScoped
class OperationsGrpc extends com.google.longrunning.OperationsGrpc.OperationsImplBase {
  private final Catalog catalog;
  private final Answers answers;

  @Inject
  OperationsGrpc(Catalog catalog, Answers answers) {
    this.catalog = catalog;
    this.answers = answers;
  }

  @Override
  public void getOperation(
      GetOperationRequest r, StreamObserver<com.google.longrunning.Operation> answer) {
    answers.read(answer, () -> message(find(r.getName())));
  }

  @Override
  public void waitOperation(
      WaitOperationRequest r, StreamObserver<com.google.longrunning.Operation> answer) {
    answers.read(answer, () -> message(find(r.getName())));
  }

  @Override
  public void cancelOperation(CancelOperationRequest r, StreamObserver<Empty> answer) {
    answers.read(
        answer,
        () -> {
          Operation operation = find(r.getName());
          throw Errors.of(
              Code.FAILED_PRECONDITION,
              "OPERATION_DONE",
              "the operation is %s; cancelling changes nothing any more"
                  .formatted(operation.stage().code()),
              Map.of("operation", r.getName(), "stage", operation.stage().code()));
        });
  }

  @Override
  public void listOperations(
      ListOperationsRequest r, StreamObserver<ListOperationsResponse> answer) {
    if (!r.getName().isEmpty() && !r.getName().equals("operations")) {
      throw Errors.invalid("name", "must be empty or operations");
    }
    OperationFilter filter = OperationFilters.parse(r.getFilter());
    int size = Pages.size(r.getPageSize());
    String key = Pages.key(r.getPageToken());
    Optional<UUID> before =
        key.isEmpty()
            ? Optional.empty()
            : Optional.of(OperationMessages.id(key).orElseThrow(Pages::unknown));
    answers.read(
        answer,
        () -> {
          // One more than asked for tells whether there is another page.
          List<Operation> found = catalog.operations(filter, before, size + 1);
          ListOperationsResponse.Builder page = ListOperationsResponse.newBuilder();
          found.stream().limit(size).map(this::message).forEach(page::addOperations);
          if (found.size() > size) {
            page.setNextPageToken(Pages.token(page.getOperations(size - 1).getName()));
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

  private com.google.longrunning.Operation message(Operation operation) {
    return OperationMessages.operation(
        operation, () -> catalog.history(operation.subject().enrollmentId(), operation.version()));
  }
}
