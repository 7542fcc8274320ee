package org.accrual.runtime.liveness;

import java.time.Duration;
import org.accrual.runtime.Settings;

/**
 * Sets the limits after which a process counts as stuck.
 *
 * @param loopTimeout after which a loop without a heartbeat is stuck
 * @param grpcTimeout after which a gRPC server that does not answer its own process is stuck
 */
public record LivenessSettings(Duration loopTimeout, Duration grpcTimeout) {

  /**
   * Keys {@code accrual.liveness.loop-timeout} (5m, as long as Kafka lets a consumer work between
   * two polls; 1s to 1h), {@code accrual.liveness.grpc-timeout} (10s; 1s to 5m).
   */
  public static LivenessSettings read(Settings settings) {
    return new LivenessSettings(
        settings.duration(
            "accrual.liveness.loop-timeout",
            Duration.ofMinutes(5),
            Duration.ofSeconds(1),
            Duration.ofHours(1)),
        settings.duration(
            "accrual.liveness.grpc-timeout",
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofMinutes(5)));
  }
}
