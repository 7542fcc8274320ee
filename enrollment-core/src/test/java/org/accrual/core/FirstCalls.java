package org.accrual.core;

import static org.accrual.core.Client.requestId;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.study.v1.RegisterStudyRequest;
import org.accrual.api.study.v1.StudyServiceGrpc;

/**
 * Calls of every method with every kind of outcome, all at once: accepted, repeated, with a request
 * id of other content, refused, not found, invalid, and abandoned by the client. Every call has a
 * deadline.
 */
final class FirstCalls {
  static final int DEADLINE_SECONDS = 20;

  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          StudyServiceGrpc.getServiceDescriptor(),
          EnrollmentServiceGrpc.getServiceDescriptor(),
          com.google.longrunning.OperationsGrpc.getServiceDescriptor());

  /** A call and how it ended. */
  record Answered(String call, Status.Code code) {}

  private final ManagedChannel channel;
  private final List<Callable<Answered>> calls = new ArrayList<>();

  /**
   * Prepares calls; none is sent yet.
   *
   * @param before accepted by an earlier process on the same database
   */
  FirstCalls(ManagedChannel channel, RegisterStudyRequest before) {
    this.channel = channel;
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        Message empty = prototype(method);
        add("empty", method, empty, DEADLINE_SECONDS * 1000);
        add("unknown", method, filled(empty), DEADLINE_SECONDS * 1000);
        add("abandoned", method, filled(empty), 1);
      }
    }
    MethodDescriptor<?, ?> register = StudyServiceGrpc.getRegisterStudyMethod();
    String another = "S-" + UUID.randomUUID();
    add("accepted", register, Client.study(another).build(), DEADLINE_SECONDS * 1000);
    add("repeated", register, before, DEADLINE_SECONDS * 1000);
    add(
        "reused",
        register,
        before.toBuilder().setTitle("Another").build(),
        DEADLINE_SECONDS * 1000);
    add(
        "refused",
        register,
        before.toBuilder().setRequestId(requestId()).build(),
        DEADLINE_SECONDS * 1000);
    add(
        "health",
        HealthGrpc.getCheckMethod(),
        HealthCheckRequest.getDefaultInstance(),
        DEADLINE_SECONDS * 1000);
  }

  /** Sends all calls at the same moment and returns how each ended. */
  List<Answered> send() throws InterruptedException, ExecutionException {
    CyclicBarrier barrier = new CyclicBarrier(calls.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      List<Future<Answered>> futures = new ArrayList<>();
      for (Callable<Answered> call : calls) {
        futures.add(
            threads.submit(
                () -> {
                  barrier.await(30, TimeUnit.SECONDS);
                  return call.call();
                }));
      }
      List<Answered> answers = new ArrayList<>();
      for (Future<Answered> future : futures) {
        answers.add(future.get());
      }
      return answers;
    }
  }

  private void add(String kind, MethodDescriptor<?, ?> method, Message request, int millis) {
    String name = kind + " " + method.getBareMethodName();
    calls.add(() -> new Answered(name, code(method, request, millis)));
  }

  @SuppressWarnings("unchecked") // The request is made from the method's own prototype.
  private Status.Code code(MethodDescriptor<?, ?> method, Message request, int millis) {
    try {
      var _ =
          ClientCalls.blockingUnaryCall(
              channel,
              (MethodDescriptor<Message, Message>) method,
              CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS),
              request);
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private static Message prototype(MethodDescriptor<?, ?> method) {
    return (Message)
        ((MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller())
            .getMessagePrototype();
  }

  /** Returns a request that names nothing that exists. */
  private static Message filled(Message empty) {
    Message.Builder request = empty.newBuilderForType();
    for (FieldDescriptor field : empty.getDescriptorForType().getFields()) {
      if (!field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        request.setField(field, text(field.getName()));
      } else if (!field.isRepeated() && field.getJavaType() == FieldDescriptor.JavaType.INT) {
        request.setField(field, 1);
      }
    }
    return request.build();
  }

  private static String text(String field) {
    return switch (field) {
      case "name" -> "operations/" + UUID.randomUUID();
      case "page_token", "filter" -> "";
      case "time_zone" -> "Europe/Vienna";
      default -> UUID.randomUUID().toString();
    };
  }
}
