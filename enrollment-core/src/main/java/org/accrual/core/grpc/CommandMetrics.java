package org.accrual.core.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Counts commands by method and outcome: {@code accrual_commands_total} on {@code /metrics}. Every
 * counter exists before the first call.
 */
@ApplicationScoped
class CommandMetrics {
  private final Map<Key, Counter> counters;

  private record Key(String method, CommandOutcome outcome) {}

  @Inject
  CommandMetrics(Meters meters) {
    Map<Key, Counter> created = new HashMap<>();
    commands()
        .forEach(
            command -> {
              for (CommandOutcome outcome : CommandOutcome.values()) {
                created.put(
                    new Key(command.getFullMethodName(), outcome),
                    meters.counter(
                        "accrual_commands",
                        new Tag("method", String.valueOf(command.getBareMethodName())),
                        new Tag("outcome", outcome.label())));
              }
            });
    this.counters = Map.copyOf(created);
  }

  /** Creates this bean while the process starts; otherwise the first call would. */
  void create(@Observes @Initialized(ApplicationScoped.class) Object event) {}

  /**
   * Counts one command. Never fails, since the command may be done already.
   *
   * @param method full name of the call
   */
  void count(String method, CommandOutcome outcome) {
    Counter counter = counters.get(new Key(method, outcome));
    if (counter != null) {
      counter.inc();
    }
  }

  /** Returns the methods with a request id, and CancelOperation, which has none. */
  static Stream<MethodDescriptor<?, ?>> commands() {
    return Stream.concat(
        Stream.of(
                StudyServiceGrpc.getServiceDescriptor(),
                EnrollmentServiceGrpc.getServiceDescriptor())
            .flatMap(service -> service.getMethods().stream())
            .filter(CommandMetrics::hasRequestId),
        Stream.of(com.google.longrunning.OperationsGrpc.getCancelOperationMethod()));
  }

  private static boolean hasRequestId(MethodDescriptor<?, ?> method) {
    return method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema
        && schema.getMethodDescriptor().getInputType().findFieldByName("request_id") != null;
  }
}
