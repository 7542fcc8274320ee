package org.accrual.local;

import com.google.longrunning.OperationsGrpc;
import com.google.longrunning.OperationsGrpc.OperationsBlockingStub;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.AbstractStub;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc.EnrollmentServiceBlockingStub;
import org.accrual.api.notification.v1.NotificationServiceGrpc;
import org.accrual.api.notification.v1.NotificationServiceGrpc.NotificationServiceBlockingStub;
import org.accrual.api.query.v1.AuditQueryServiceGrpc;
import org.accrual.api.query.v1.AuditQueryServiceGrpc.AuditQueryServiceBlockingStub;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceBlockingStub;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.api.study.v1.StudyServiceGrpc.StudyServiceBlockingStub;

/** gRPC clients of the public API. Each call has 30 s. */
final class DemoClients implements AutoCloseable {
  private static final int CALL_SECONDS = 30;

  private final ManagedChannel commands;
  private final ManagedChannel queries;

  DemoClients(Addresses addresses) {
    commands = channel(addresses.commands());
    queries = channel(addresses.queries());
  }

  StudyServiceBlockingStub studies() {
    return limited(StudyServiceGrpc.newBlockingStub(commands));
  }

  EnrollmentServiceBlockingStub enrollments() {
    return limited(EnrollmentServiceGrpc.newBlockingStub(commands));
  }

  OperationsBlockingStub operations() {
    return limited(OperationsGrpc.newBlockingStub(commands));
  }

  EnrollmentQueryServiceBlockingStub queries() {
    return limited(EnrollmentQueryServiceGrpc.newBlockingStub(queries));
  }

  AuditQueryServiceBlockingStub audit() {
    return limited(AuditQueryServiceGrpc.newBlockingStub(queries));
  }

  NotificationServiceBlockingStub notifications() {
    return limited(NotificationServiceGrpc.newBlockingStub(queries));
  }

  /** Status code and, as our servers always give one, the reason. */
  static String told(StatusRuntimeException refused) {
    com.google.rpc.Status status = StatusProto.fromThrowable(refused);
    String reason =
        status == null
            ? String.valueOf(refused.getStatus().getDescription())
            : status.getDetailsList().stream()
                .filter(detail -> detail.is(ErrorInfo.class))
                .findFirst()
                .map(DemoClients::reason)
                .orElse(status.getMessage());
    return refused.getStatus().getCode() + " " + reason;
  }

  @Override
  public void close() {
    commands.shutdownNow();
    queries.shutdownNow();
  }

  private static String reason(Any detail) {
    try {
      return detail.unpack(ErrorInfo.class).getReason();
    } catch (InvalidProtocolBufferException cutShort) {
      return "ErrorInfo that cannot be read: " + cutShort.getMessage();
    }
  }

  private static ManagedChannel channel(String address) {
    return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
  }

  private static <S extends AbstractStub<S>> S limited(S stub) {
    return stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }
}
