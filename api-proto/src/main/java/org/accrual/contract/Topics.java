package org.accrual.contract;

import java.util.List;

/**
 * Topic names. A topic is {@link #PREFIX} and an outbox record's {@code aggregatetype}, but for
 * dead letters, {@link #DEAD_LETTER_PREFIX} and the name of the topic that they came from.
 */
public final class Topics {
  public static final String PREFIX = "accrual.";

  public static final String DEAD_LETTER_PREFIX = "dlq.";

  public static final String STUDY_EVENTS = PREFIX + "study.events";
  public static final String SITE_EVENTS = PREFIX + "site.events";
  public static final String ENROLLMENT_EVENTS = PREFIX + "enrollment.events";

  /** What the saga asks of its participants, and what they answer. Key: study/site. No sequence. */
  public static final String CAPACITY_COMMANDS = PREFIX + "capacity.commands";

  public static final String CAPACITY_EVENTS = PREFIX + "capacity.events";
  public static final String RANDOMIZATION_COMMANDS = PREFIX + "randomization.commands";
  public static final String RANDOMIZATION_EVENTS = PREFIX + "randomization.events";
  public static final String SUPPLY_COMMANDS = PREFIX + "supply.commands";
  public static final String SUPPLY_EVENTS = PREFIX + "supply.events";

  /** Checkpoint of the slot that the relay reads unless configured otherwise. */
  public static final String RELAY_CHECKPOINT = PREFIX + "relay-checkpoint";

  private static final String DEFAULT_SLOT = "accrual_outbox";

  /** Topics of the event store's streams: their records carry {@link Headers#SEQUENCE}. */
  public static final List<String> EVENT_TOPICS =
      List.of(STUDY_EVENTS, SITE_EVENTS, ENROLLMENT_EVENTS);

  /** Kept for 7 days: a command is void after its deadline. */
  public static final List<String> COMMAND_TOPICS =
      List.of(CAPACITY_COMMANDS, RANDOMIZATION_COMMANDS, SUPPLY_COMMANDS);

  /** Kept for ever, as the audit trail reads them. */
  public static final List<String> ANSWER_TOPICS =
      List.of(CAPACITY_EVENTS, RANDOMIZATION_EVENTS, SUPPLY_EVENTS);

  private Topics() {}

  /** Returns the topic of a topic's dead letters, which are kept for 30 days. */
  public static String deadLetters(String topic) {
    return "dlq." + topic;
  }

  /**
   * Returns the topic of a slot's checkpoint: the commit position up to which everything is on the
   * topics. One partition, compacted. Each slot has a topic of its own: an open transaction hides
   * the records above it, so a relay would wait for the relays of other slots.
   */
  public static String relayCheckpoint(String slot) {
    return slot.equals(DEFAULT_SLOT) ? RELAY_CHECKPOINT : RELAY_CHECKPOINT + "." + slot;
  }

  public static String of(String aggregateType) {
    return aggregateType.startsWith(DEAD_LETTER_PREFIX) ? aggregateType : PREFIX + aggregateType;
  }
}
