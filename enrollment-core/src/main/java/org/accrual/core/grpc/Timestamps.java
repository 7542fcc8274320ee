package org.accrual.core.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.accrual.runtime.grpc.Errors;

/** Times on the wire. */
final class Timestamps {
  private static final Instant MIN = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant MAX = Instant.parse("9999-12-31T23:59:59.999999999Z");

  /** As protobuf bounds it. */
  private static final long MAX_SECONDS = 315_576_000_000L;

  private Timestamps() {}

  static Timestamp of(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Duration of(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /** To the microsecond, as it is stored. INVALID_ARGUMENT if it is no time. */
  static Instant read(String field, Timestamp timestamp) {
    if (timestamp.getNanos() < 0 || timestamp.getNanos() > 999_999_999) {
      throw Errors.invalid(field + ".nanos", "must be from 0 to 999999999");
    }
    try {
      Instant instant = Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
      if (!instant.isBefore(MIN) && !instant.isAfter(MAX)) {
        return instant.truncatedTo(ChronoUnit.MICROS);
      }
    } catch (DateTimeException beyond) {
      throw Errors.invalid(field, "must be from year 1 to 9999: " + beyond.getMessage());
    }
    throw Errors.invalid(field, "must be from year 1 to 9999");
  }

  /** 0 if there is none. INVALID_ARGUMENT if it is no time to wait. */
  static java.time.Duration duration(String field, Duration duration) {
    if (duration.getSeconds() < 0
        || duration.getSeconds() > MAX_SECONDS
        || duration.getNanos() < 0
        || duration.getNanos() > 999_999_999) {
      throw Errors.invalid(field, "must be from 0 to 10000 years");
    }
    return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
