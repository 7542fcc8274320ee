package org.accrual.relay.faults;

import java.util.List;
import java.util.stream.Stream;

/** Lines of the relay that matter, made wrong, and the symptom by which each must be found. */
enum PlantedBug {
  /**
   * Rows are published before their transaction has ended, and the checkpoint counts only the first
   * of them: a kill then repeats the others.
   */
  END_IGNORED(
      Symptom.DUPLICATED,
      new Edit(
          "stream/outbox/TransactionBuffer.java",
          "if (open.size() >= limits.rows() || openBytes >= limits.bytes()) {",
          "if (limits.rows() > 0) {"),
      new Edit(
          "stream/outbox/TransactionBuffer.java",
          "flush(0, new Position(boundary, ordinal));",
          "flush(0, new Position(boundary, 1));")),

  /** A kill between two Kafka transactions repeats what was in the first. */
  CHECKPOINT_OUTSIDE_THE_TRANSACTION(
      Symptom.DUPLICATED,
      new Edit(
          "stream/sink/Publisher.java",
          "      checkpoint.ifPresent(this::send);",
          "      producer.commitTransaction();\n"
              + "      producer.beginTransaction();\n"
              + "      checkpoint.ifPresent(this::send);")),

  /** The last row before the checkpoint inside a large transaction is published again. */
  AT_THE_CHECKPOINT_IS_NEW(
      Symptom.DUPLICATED,
      new Edit("stream/outbox/TransactionBuffer.java", "ordinal <= skip", "ordinal < skip")),

  /**
   * The checkpoint inside a large transaction counts one row too many: a kill then loses that row.
   * Not after the last row of a COPY, or the relay would find the transaction to be too short.
   */
  SLICE_CHECKPOINT_TOO_FAR(
      Symptom.LOST,
      new Edit(
          "stream/outbox/TransactionBuffer.java",
          "new Position(boundary, ordinal)",
          "new Position(boundary, ordinal % 1_000 == 0 ? ordinal : ordinal + 1)")),

  /**
   * PostgreSQL may forget records before they are on the topics. A batch later, since the engine
   * confirms only when it asks for the next one; not inside a large transaction, whose rest the
   * relay would miss at its next start.
   */
  CONFIRMED_BEFORE_PUBLISHED(Symptom.REFUSED, Confirmed.early()),

  /** The same, in a relay that does not compare the slot with the checkpoint. */
  CONFIRMED_BEFORE_PUBLISHED_UNCHECKED(
      Symptom.LOST,
      Stream.concat(
              Stream.of(Confirmed.early()),
              Stream.of(
                  new Edit(
                      "takeover/Verdict.java",
                      "Long.compareUnsigned(confirmed, checkpoint.position().lsn()) > 0",
                      "false")))
          .toArray(Edit[]::new));

  /** The edits that two bugs share; a nested class, since constants come before static methods. */
  private static final class Confirmed {
    private static Edit[] early() {
      return new Edit[] {
        new Edit(
            "stream/source/DebeziumSource.java",
            "        Delivery delivery = ((DeliveryRecord) record.record()).delivery();",
            """
                    Delivery next = ((DeliveryRecord) record.record()).delivery();
                    Delivery delivery = late;
                    late = next;
                    boolean slice = next.reached().ordinal() > 0;
                    if (slice || inside) {
                      if (delivery != null) {
                        receiver.deliver(java.util.Objects.requireNonNull(delivery));
                      }
                      delivery = next;
                      late = null;
                    }
                    inside = slice;
                    if (delivery == null) {
                      committer.markProcessed(records.getLast());
                      continue;
                    }
            """),
        new Edit(
            "stream/source/DebeziumSource.java",
            "  private final Receiver receiver;",
            "  private final Receiver receiver;\n  private Delivery late;\n  private boolean inside;"),
        new Edit(
            "stream/source/EngineProperties.java",
            "\"offset.flush.interval.ms\", \"500\"",
            "\"offset.flush.interval.ms\", \"1\"")
      };
    }
  }

  private final Symptom symptom;
  private final List<Edit> edits;

  PlantedBug(Symptom symptom, Edit... edits) {
    this.symptom = symptom;
    this.edits = List.of(edits);
  }

  Symptom symptom() {
    return symptom;
  }

  /** Returns the edits of this bug and those of the kill points. */
  List<Edit> editsAndKillPoints() {
    return Stream.concat(edits.stream(), KillPoint.all().stream()).toList();
  }
}
