package org.accrual.consumers.flow;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;

/** Times as the contract has them. */
final class Times {
  private Times() {}

  static Timestamp of(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  /** Never negative: two machines' clocks may differ. */
  static com.google.protobuf.Duration between(Instant from, Instant to) {
    Duration time = Duration.between(from, to);
    return of(time.isNegative() ? Duration.ZERO : time);
  }

  static com.google.protobuf.Duration of(Duration time) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(time.toSeconds())
        .setNanos(time.toNanosPart())
        .build();
  }
}
