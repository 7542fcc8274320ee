package org.accrual.embedded;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** Kafka tells a lot about itself; here only its warnings are of use. */
final class KafkaLogs {
  /** Held, since a logger that nobody holds forgets its level. */
  private static final List<Logger> LOGS =
      Stream.of("kafka", "org.apache.kafka", "state.change.logger").map(Logger::getLogger).toList();

  private KafkaLogs() {}

  static void warningsOnly() {
    LOGS.forEach(log -> log.setLevel(Level.WARNING));
  }
}
