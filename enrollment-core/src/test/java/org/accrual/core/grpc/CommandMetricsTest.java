package org.accrual.core.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.accrual.api.enrollment.v1.EnrollmentServiceGrpc;
import org.accrual.api.study.v1.StudyServiceGrpc;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Metrics of commands")
class CommandMetricsTest {
  private final AtomicBoolean serving = new AtomicBoolean();
  private final List<String> createdWhileServing = new ArrayList<>();
  private final AtomicLong counted = new AtomicLong();

  @Test
  @DisplayName("are all created before the first call, for every command and outcome")
  void createdBeforeTheFirstCall() {
    CommandMetrics metrics = new CommandMetrics(new Meters(registry()));
    serving.set(true);

    CommandMetrics.commands()
        .forEach(
            command -> {
              for (CommandOutcome outcome : CommandOutcome.values()) {
                metrics.count(command.getFullMethodName(), outcome);
              }
            });

    assertThat(createdWhileServing).isEmpty();
    assertThat(counted).hasValue(CommandMetrics.commands().count() * 7);
  }

  @Test
  @DisplayName("cover every method that changes something")
  void coverEveryCommand() {
    long reads = 2; // GetStudy and ListStudies; enrollments are read from projections.
    assertThat(CommandMetrics.commands().count())
        .isEqualTo(
            StudyServiceGrpc.getServiceDescriptor().getMethods().size()
                + EnrollmentServiceGrpc.getServiceDescriptor().getMethods().size()
                + 1
                - reads);
  }

  private MetricRegistry registry() {
    return proxy(
        MetricRegistry.class,
        method -> {
          if (serving.get()) {
            createdWhileServing.add(method);
          }
          return proxy(Counter.class, _ -> counted.incrementAndGet() > 0 ? null : null);
        });
  }

  private static <T> T proxy(Class<T> type, java.util.function.Function<String, Object> answer) {
    return type.cast(
        Proxy.newProxyInstance(
            CommandMetricsTest.class.getClassLoader(),
            new Class<?>[] {type},
            (_, method, _) -> answer.apply(method.getName())));
  }
}
