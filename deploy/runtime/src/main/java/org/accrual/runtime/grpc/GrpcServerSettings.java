package org.accrual.runtime.grpc;

import java.time.Duration;
import org.accrual.runtime.Endpoint;
import org.accrual.runtime.Settings;

/**
 * Settings of the gRPC server.
 *
 * @param endpoint where it listens
 * @param maxRequestBytes largest request
 * @param maxConnectionAge after which a client is asked to connect again, give or take a tenth, so
 *     that a process that was added gets its share of the calls
 * @param maxConnectionAgeGrace how long calls and streams of such a connection may last after that
 * @param keepAliveTime of silence after which a client is pinged
 * @param keepAliveTimeout after which a client that does not answer the ping is disconnected
 */
record GrpcServerSettings(
    Endpoint endpoint,
    int maxRequestBytes,
    Duration maxConnectionAge,
    Duration maxConnectionAgeGrace,
    Duration keepAliveTime,
    Duration keepAliveTimeout) {
  private static final int MIB = 1024 * 1024;

  /** What the transport refuses reaches the client without details, so its limit is higher. */
  static final int TRANSPORT_MAX_BYTES = 8 * MIB;

  /**
   * Keys {@code accrual.grpc.host}, {@code .port}, {@code .max-request-bytes} (1 MiB; 1 KiB to 8
   * MiB), {@code .max-connection-age} (30m; 1s to 1d), {@code .max-connection-age-grace} (5m; 1s to
   * 1d), {@code .keep-alive-time} (1m; 10s to 1h), {@code .keep-alive-timeout} (20s; 1s to 5m).
   */
  static GrpcServerSettings read(Settings settings) {
    return new GrpcServerSettings(
        Endpoint.grpc(settings),
        settings.integer("accrual.grpc.max-request-bytes", MIB, 1024, TRANSPORT_MAX_BYTES),
        settings.duration(
            "accrual.grpc.max-connection-age",
            Duration.ofMinutes(30),
            Duration.ofSeconds(1),
            Duration.ofDays(1)),
        settings.duration(
            "accrual.grpc.max-connection-age-grace",
            Duration.ofMinutes(5),
            Duration.ofSeconds(1),
            Duration.ofDays(1)),
        settings.duration(
            "accrual.grpc.keep-alive-time",
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            Duration.ofHours(1)),
        settings.duration(
            "accrual.grpc.keep-alive-timeout",
            Duration.ofSeconds(20),
            Duration.ofSeconds(1),
            Duration.ofMinutes(5)));
  }
}
