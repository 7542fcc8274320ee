package org.accrual.consumers.console;

import com.google.protobuf.Message;
import com.google.rpc.Code;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.accrual.api.notification.v1.NotificationServiceGrpc;
import org.accrual.api.ops.v1.DeadLetterServiceGrpc;
import org.accrual.api.ops.v1.ProjectionAdminServiceGrpc;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.EventFlowServiceGrpc;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.runtime.grpc.Errors;

/** What a browser may call: reading, and the acts of an operator. Nothing that tells an arm. */
final class CallTable {
  private static final Map<String, Call> CALLS = new HashMap<>();

  static {
    allow(
        EnrollmentQueryServiceGrpc.getServiceDescriptor(),
        false,
        "GetEnrollment",
        "ListEnrollments",
        "GetStudyAccrual",
        "WatchStudyAccrual");
    allow(
        EventFlowServiceGrpc.getServiceDescriptor(),
        false,
        "GetFlow",
        "ListFlows",
        "WatchFlows",
        "WatchPipeline");
    allow(
        DeadLetterServiceGrpc.getServiceDescriptor(),
        false,
        "ListDeadLetters",
        "GetDeadLetter",
        "Redrive",
        "GetRedrive",
        "WatchRedrive",
        "Discard");
    allow(
        ProjectionAdminServiceGrpc.getServiceDescriptor(),
        false,
        "ListProjections",
        "StartRebuild",
        "GetRebuild",
        "CancelRebuild");
    allow(
        NotificationServiceGrpc.getServiceDescriptor(),
        false,
        "ListNotifications",
        "GetNotification",
        "ResolveNotification");
    allow(StudyServiceGrpc.getServiceDescriptor(), true, "ListStudies");
  }

  private CallTable() {}

  /** By {@code Service/Method}; fails as an unknown method does. */
  static Call find(String name) {
    Call call = CALLS.get(name);
    if (call == null) {
      throw Errors.of(
          Code.UNIMPLEMENTED,
          "NOT_A_CONSOLE_CALL",
          "the console does not call " + name,
          Map.of("method", name));
    }
    return call;
  }

  /** Whether the method of a name goes on answering; false if there is none. */
  static boolean isStream(String name) {
    Call call = CALLS.get(name);
    return call != null && call.isStream();
  }

  @SuppressWarnings("unchecked") // every message of ours is a Message
  private static void allow(ServiceDescriptor service, boolean ofCore, String... methods) {
    String prefix = service.getName() + "/";
    String shortName = service.getName().substring(service.getName().lastIndexOf('.') + 1);
    for (String method : List.of(methods)) {
      MethodDescriptor<?, ?> found =
          service.getMethods().stream()
              .filter(each -> each.getFullMethodName().equals(prefix + method))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no method " + prefix + method));
      CALLS.put(
          shortName + "/" + method, new Call((MethodDescriptor<Message, Message>) found, ofCore));
    }
  }
}
