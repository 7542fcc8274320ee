package org.accrual.consumers.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.accrual.intake.Message;
import org.jspecify.annotations.Nullable;

/**
 * What the trail says of an event. See {@code audit.entry} for the fields.
 *
 * @param recordedAt in whole microseconds, as the database keeps it
 * @param happenedAt likewise
 */
record AuditEntry(
    String studyId,
    UUID eventId,
    String topic,
    String key,
    long version,
    String type,
    @Nullable UUID enrollmentId,
    String actor,
    Instant recordedAt,
    Instant happenedAt,
    String reason,
    String correlationId,
    String causationId,
    String content) {
  /** How the actor is known: the caller said so. */
  static final String ACTOR_BASIS = "asserted";

  static AuditEntry of(Message message) {
    EventFacts facts = new EventFacts(message.body());
    Instant recorded = message.time().truncatedTo(ChronoUnit.MICROS);
    String asserted = message.correlation().actor();
    return new AuditEntry(
        facts.studyId(),
        message.id(),
        message.stream().topic(),
        message.stream().key(),
        message.version(),
        message.type(),
        facts.enrollmentId(),
        asserted.isEmpty() ? facts.actor() : asserted,
        recorded,
        facts.happenedAt().orElse(recorded).truncatedTo(ChronoUnit.MICROS),
        facts.reason(),
        message.correlation().id(),
        message.causationId(),
        facts.json());
  }

  /**
   * An entry in its place.
   *
   * @param head it, as the new end of the trail
   */
  record Chained(AuditEntry entry, Head head) {}

  /** Chains it to the end of its study's trail. */
  Chained after(Head before, EntryHash hash) {
    long position = before.position() + 1;
    return new Chained(this, new Head(position, hash.of(before.hash(), fields(position))));
  }

  /** In the order and form in which they are hashed. */
  private List<byte[]> fields(long position) {
    return Stream.of(
            studyId,
            Long.toString(position),
            eventId.toString(),
            topic,
            key,
            Long.toString(version),
            type,
            enrollmentId == null ? "" : enrollmentId.toString(),
            actor,
            ACTOR_BASIS,
            micros(recordedAt),
            micros(happenedAt),
            reason,
            correlationId,
            causationId,
            content)
        .map(field -> field.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static String micros(Instant time) {
    return Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, time));
  }
}
