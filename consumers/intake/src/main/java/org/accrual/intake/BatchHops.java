package org.accrual.intake;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.contract.Headers;
import org.accrual.intake.BatchResult.Aside;
import org.accrual.intake.Hop.Outcome;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Notes what one consumer does with its batches, and tells another observer everything too. Used by
 * the loop's thread alone.
 */
public final class BatchHops implements IntakeObserver {
  /** Of a batch that fails as a whole only so many are noted: the others fail with them. */
  private static final int MOST_RETRIES_NOTED = 100;

  private final String consumer;
  private final HopLog hops;
  private final IntakeObserver next;
  private int failures;

  /**
   * @param next is told everything too
   */
  public BatchHops(String consumer, HopLog hops, IntakeObserver next) {
    this.consumer = consumer;
    this.hops = hops;
    this.next = next;
  }

  @Override
  public void applied(
      List<ConsumerRecord<byte[], byte[]>> records,
      BatchResult result,
      Instant began,
      Duration took) {
    int attempts = failures + 1;
    failures = 0;
    Instant at = began.plus(took);
    hops.note(records.size(), () -> taken(records, result.aside(), began, at, attempts));
    next.applied(records, result, began, took);
  }

  /** Only the first failure in a row: how often it was tried is noted with the last. */
  @Override
  public void failed(
      List<ConsumerRecord<byte[], byte[]>> records, RuntimeException failure, Instant began) {
    if (failures++ == 0) {
      List<ConsumerRecord<byte[], byte[]>> some =
          records.subList(0, Math.min(records.size(), MOST_RETRIES_NOTED));
      Instant at = Instant.now();
      String error = Park.poisonError(failure);
      hops.note(
          some.size(),
          () -> some.stream().map(r -> hop(r, Outcome.RETRIED, error, began, at, 1)).toList());
    }
    next.failed(records, failure, began);
  }

  @Override
  public void clientFailed() {
    next.clientFailed();
  }

  @Override
  public void lag(long records) {
    next.lag(records);
  }

  private List<Hop> taken(
      List<ConsumerRecord<byte[], byte[]>> records,
      List<Aside> aside,
      Instant began,
      Instant at,
      int attempts) {
    Map<Position, Aside> byPosition = HashMap.newHashMap(aside.size());
    aside.forEach(one -> byPosition.put(one.at(), one));
    List<Hop> taken = new ArrayList<>(records.size());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Aside one = byPosition.get(Position.of(record));
      if (one == null) {
        taken.add(hop(record, Outcome.APPLIED, "", began, at, attempts));
      } else {
        Outcome outcome = one.parked() ? Outcome.PARKED : Outcome.DUPLICATE;
        taken.add(hop(record, outcome, one.error(), began, at, attempts));
      }
    }
    return taken;
  }

  private Hop hop(
      ConsumerRecord<byte[], byte[]> record,
      Outcome outcome,
      String error,
      Instant began,
      Instant at,
      int attempts) {
    Map<String, String> headers = Letter.headerTexts(record);
    Instant sent = Letter.writtenAt(record);
    return new Hop(
        at,
        Letter.correlationId(headers),
        consumer,
        outcome,
        headers.getOrDefault(Headers.ID, Position.of(record).toString()),
        headers.getOrDefault(Headers.CAUSATION_ID, ""),
        headers.getOrDefault(Headers.TYPE, ""),
        headers.getOrDefault(Headers.SOURCE, ""),
        Optional.of(Position.of(record)),
        StreamKey.of(record).key(),
        version(headers),
        time(headers, sent),
        Optional.of(sent),
        began,
        attempts,
        error);
  }

  private static long version(Map<String, String> headers) {
    try {
      return Math.max(0, Long.parseLong(headers.getOrDefault(Headers.SEQUENCE, "0")));
    } catch (NumberFormatException unreadable) {
      return 0;
    }
  }

  private static Instant time(Map<String, String> headers, Instant otherwise) {
    try {
      return Instant.parse(headers.getOrDefault(Headers.TIME, ""));
    } catch (DateTimeParseException unreadable) {
      return otherwise;
    }
  }
}
