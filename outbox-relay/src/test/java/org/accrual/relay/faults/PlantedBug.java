package org.accrual.relay.faults;

import java.util.List;

/** Lines of the relay that matter, made wrong: the checker must notice. */
enum PlantedBug {
  /** Rows go on before their transaction has ended, and the mark does not count them. */
  END_IGNORED(
      new Edit(
          "outbox/TransactionBuffer.java",
          "int end = slice ? rows.size() : wholeRows;",
          "int end = rows.size();")),

  /** A kill between two Kafka transactions repeats what was in the first. */
  MARK_OUTSIDE_THE_TRANSACTION(
      new Edit(
          "sink/Publisher.java",
          "      mark.ifPresent(this::send);",
          "      producer.commitTransaction();\n"
              + "      producer.beginTransaction();\n"
              + "      mark.ifPresent(this::send);")),

  /** The row that the mark stands on is taken for new. */
  AT_THE_MARK_IS_NEW(
      new Edit("outbox/TransactionBuffer.java", "ordinal > skip", "ordinal >= skip")),

  /**
   * PostgreSQL may forget what a kill then keeps from the topics. A batch later, since the engine
   * tells PostgreSQL only when it asks for the next one.
   */
  CONFIRMED_BEFORE_PUBLISHED(
      new Edit(
          "source/DebeziumSource.java",
          "      Optional<Delivery> delivery = current.take();",
          "      Optional<Delivery> delivery = late;\n      late = current.take();"),
      new Edit(
          "source/DebeziumSource.java",
          "  private final Boundaries boundaries = new Boundaries();",
          "  private final Boundaries boundaries = new Boundaries();\n"
              + "  private Optional<Delivery> late = Optional.empty();"),
      new Edit(
          "source/EngineProperties.java",
          "\"offset.flush.interval.ms\", \"500\"",
          "\"offset.flush.interval.ms\", \"1\""));

  private final List<Edit> edits;

  PlantedBug(Edit... edits) {
    this.edits = List.of(edits);
  }

  List<Edit> edits() {
    return edits;
  }
}
