package org.accrual.relay.stream.sink;

/**
 * Says which topics take records. A message from SQL may name any topic, and a record that its
 * topic does not take would hold up all others: a producer retries it until its time is up, and a
 * Kafka transaction fails as a whole. Used by one thread.
 */
interface Destinations extends AutoCloseable {
  /** Returns what is known of a topic; asks the broker if that was not done some seconds ago. */
  Destination of(String topic) throws InterruptedException;

  /** Remembers for some seconds that the broker has refused records for a topic. */
  default void refused(String topic, String why) {}

  @Override
  default void close() {}
}
