package org.accrual.consumers.notification;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message that a sender has taken to send.
 *
 * @param messageId by which whoever gets it twice can tell
 * @param attempts how often it was tried, this time included
 * @param createdAt when it was recorded
 * @param traceparent what its sending goes on from; empty if it is not traced
 * @param address encrypted; null if there is none any more
 * @param lease by which the database tells this sender's turn from a later one
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
record Intent(
    UUID notificationId,
    Channel channel,
    String template,
    String studyId,
    String siteId,
    UUID enrollmentId,
    String patientId,
    String messageId,
    int attempts,
    Instant createdAt,
    String correlationId,
    String traceparent,
    byte @Nullable [] address,
    OffsetDateTime lease) {

  /** Without the address. */
  @Override
  public String toString() {
    return "%s of %s by %s".formatted(template, enrollmentId, channel.inSql());
  }
}
