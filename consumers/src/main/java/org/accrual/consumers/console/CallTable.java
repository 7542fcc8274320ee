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

/** The methods that a browser may call: reading ones and operators' acts. None discloses an arm. */
final class CallTable {
  private static final Map<String, Call> CALLS = new HashMap<>();

  static {
    read(
        EnrollmentQueryServiceGrpc.getServiceDescriptor(),
        "GetEnrollment",
        "ListEnrollments",
        "GetStudyAccrual",
        "WatchStudyAccrual");
    read(
        EventFlowServiceGrpc.getServiceDescriptor(),
        "GetFlow",
        "ListFlows",
        "WatchFlows",
        "WatchPipeline");
    read(
        DeadLetterServiceGrpc.getServiceDescriptor(),
        "ListDeadLetters",
        "GetDeadLetter",
        "GetRedrive",
        "WatchRedrive");
    act(
        DeadLetterServiceGrpc.getServiceDescriptor(),
        "Redrive",
        "Discard",
        "SkipMissing",
        "IgnoreStream");
    read(ProjectionAdminServiceGrpc.getServiceDescriptor(), "ListProjections", "GetRebuild");
    act(ProjectionAdminServiceGrpc.getServiceDescriptor(), "StartRebuild", "CancelRebuild");
    read(NotificationServiceGrpc.getServiceDescriptor(), "ListNotifications", "GetNotification");
    act(NotificationServiceGrpc.getServiceDescriptor(), "ResolveNotification");
    add(StudyServiceGrpc.getServiceDescriptor(), true, true, "ListStudies");
  }

  private CallTable() {}

  /** Returns a call by {@code Service/Method}; fails as an unknown method does. */
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

  /** Returns whether a method is a stream; false if there is none of this name. */
  static boolean isStream(String name) {
    Call call = CALLS.get(name);
    return call != null && call.isStream();
  }

  /** Returns whether a method changes something; false if there is none of this name. */
  static boolean isAct(String name) {
    Call call = CALLS.get(name);
    return call != null && !call.reads();
  }

  private static void read(ServiceDescriptor service, String... methods) {
    add(service, false, true, methods);
  }

  private static void act(ServiceDescriptor service, String... methods) {
    add(service, false, false, methods);
  }

  @SuppressWarnings("unchecked") // every message of ours is a Message
  private static void add(
      ServiceDescriptor service, boolean ofCore, boolean reads, String... methods) {
    String prefix = service.getName() + "/";
    String shortName = service.getName().substring(service.getName().lastIndexOf('.') + 1);
    for (String method : List.of(methods)) {
      MethodDescriptor<?, ?> found =
          service.getMethods().stream()
              .filter(each -> each.getFullMethodName().equals(prefix + method))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no method " + prefix + method));
      CALLS.put(
          shortName + "/" + method,
          new Call((MethodDescriptor<Message, Message>) found, ofCore, reads));
    }
  }
}
