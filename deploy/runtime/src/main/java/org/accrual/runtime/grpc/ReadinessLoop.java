package org.accrual.runtime.grpc;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.liveness.Heartbeat;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/**
 * Sets the status of grpc.health.v1, of the server and of each service, to the process's readiness,
 * the same as {@code /health/ready}, once a second.
 */
final class ReadinessLoop implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ReadinessLoop.class.getName());
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final HealthStatusManager health;
  private final List<String> services;
  private final Iterable<HealthCheck> checks;
  private final Heartbeat heartbeat = new Heartbeat("grpc-readiness");
  private final CountDownLatch stopping = new CountDownLatch(1);

  ReadinessLoop(HealthStatusManager health, List<String> services, Iterable<HealthCheck> checks) {
    this.health = health;
    this.services = services;
    this.checks = checks;
    set(ServingStatus.NOT_SERVING);
  }

  void start() {
    Thread.ofVirtual().name("grpc-readiness").start(heartbeat.watch(this::run));
  }

  @Override
  public void close() {
    heartbeat.stop();
    stopping.countDown();
  }

  private void run() {
    try {
      do {
        set(isReady() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
        heartbeat.beat();
      } while (!stopping.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isReady() {
    try {
      for (HealthCheck check : checks) {
        if (check.call().getStatus() == HealthCheckResponse.Status.DOWN) {
          return false;
        }
      }
      return true;
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a readiness check failed; reporting NOT_SERVING", e);
      return false;
    }
  }

  /** Has no effect after {@code enterTerminalState}. */
  private void set(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    services.forEach(service -> health.setStatus(service, status));
  }
}
