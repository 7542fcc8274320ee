package org.accrual.runtime.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.Endpoint;
import org.accrual.runtime.ServiceProcess;
import org.accrual.runtime.Settings;
import org.accrual.runtime.liveness.LivenessSettings;
import org.accrual.runtime.metrics.Meters;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/**
 * Serves every {@link BindableService} bean of the process, with grpc.health.v1 and reflection (v1,
 * and v1alpha for older clients). A process without such a bean does not listen. Settings: {@link
 * GrpcServerSettings}.
 */
@ApplicationScoped
class GrpcServer {
  private static final Logger LOG = Logger.getLogger(GrpcServer.class.getName());
  private static final int DRAIN_SECONDS = 10;

  private final Instance<BindableService> services;
  private final CallMetrics measured;
  private final HealthStatusManager health = new HealthStatusManager();
  private @Nullable Server server;
  private final Instance<HealthCheck> readiness;
  private @Nullable GrpcSelfCall selfCall;
  private @Nullable ReadinessLoop readinessLoop;

  @Inject
  GrpcServer(
      @Any Instance<BindableService> services,
      @Readiness Instance<HealthCheck> readiness,
      Meters meters) {
    this.services = services;
    this.readiness = readiness;
    this.measured = new CallMetrics(meters);
  }

  /**
   * Starts the server. It runs after Helidon has set up its metrics (an earlier use creates a
   * second meter registry) and after every bean has created its meters, and before HTTP: when
   * {@code /health/ready} answers, gRPC does too.
   */
  void start(
      @Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) @Initialized(ApplicationScoped.class)
          Object event) {
    if (services.isUnsatisfied()) {
      return;
    }
    Settings all = Settings.load();
    GrpcServerSettings settings = GrpcServerSettings.read(all);
    Endpoint endpoint = settings.endpoint();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(endpoint.host(), endpoint.port()))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .maxInboundMessageSize(GrpcServerSettings.TRANSPORT_MAX_BYTES)
            .maxConnectionAge(settings.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS)
            .maxConnectionAgeGrace(
                settings.maxConnectionAgeGrace().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTime(settings.keepAliveTime().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(settings.keepAliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(olderReflection());
    // The last one added runs first: measured around traces, those
    // around correlation, that around errors, those around
    // validation.
    ValidationInterceptor validation = new ValidationInterceptor(settings.maxRequestBytes());
    // Not traced: this process calls it every few seconds.
    builder.addService(
        ServerInterceptors.intercept(
            health.getHealthService(),
            validation,
            new ErrorInterceptor(),
            new CorrelationInterceptor(),
            measured));
    for (BindableService service : services) {
      builder.addService(
          ServerInterceptors.intercept(
              service,
              validation,
              new ErrorInterceptor(),
              new CorrelationInterceptor(),
              new TraceInterceptor(),
              measured));
    }
    try {
      server = builder.build().start();
      LOG.log(Level.INFO, "gRPC on {0}", endpoint);
      selfCall = new GrpcSelfCall(endpoint.reachable(), LivenessSettings.read(all).grpcTimeout());
      selfCall.start();
      List<String> names =
          services.stream()
              .map(each -> each.bindService().getServiceDescriptor().getName())
              .toList();
      readinessLoop = new ReadinessLoop(health, names, readiness);
      readinessLoop.start();
    } catch (IOException e) {
      ServiceProcess.exit(
          ServiceProcess.EXIT_CONFIGURATION,
          "accrual.grpc.port: cannot listen on %s: %s".formatted(endpoint, e.getMessage()));
    }
  }

  /** Runs after Helidon's own server has started (PLATFORM_AFTER + 100) and created its meters. */
  void startMeasuring(
      @Observes
          @Priority(Interceptor.Priority.PLATFORM_AFTER + 200)
          @Initialized(ApplicationScoped.class)
          Object event) {
    measured.processStarted();
  }

  @SuppressWarnings("deprecation") // v1alpha: what many installed clients still ask for
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  /**
   * Stops first, except for what ends waiting calls: calls under way may finish while {@code
   * /health/ready} already answers 503.
   */
  void stop(
      @Observes @Priority(Integer.MIN_VALUE + 1) @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    Server running = server;
    if (running == null) {
      return;
    }
    if (selfCall != null) {
      selfCall.close();
    }
    if (readinessLoop != null) {
      readinessLoop.close();
    }
    health.enterTerminalState();
    running.shutdown();
    try {
      if (!running.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
        running.shutdownNow();
      }
    } catch (InterruptedException e) {
      running.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
