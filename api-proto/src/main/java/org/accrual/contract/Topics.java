package org.accrual.contract;

import java.util.List;

/** Topic names. A topic is {@link #PREFIX} and an outbox record's {@code aggregatetype}. */
public final class Topics {
  public static final String PREFIX = "accrual.";

  public static final String STUDY_EVENTS = PREFIX + "study.events";
  public static final String SITE_EVENTS = PREFIX + "site.events";
  public static final String ENROLLMENT_EVENTS = PREFIX + "enrollment.events";

  /**
   * The relay's mark: the commit position up to which everything is on the topics. One partition,
   * compacted.
   */
  public static final String RELAY_MARK = PREFIX + "relay-mark";

  /** Topics of the event store's streams: their records carry {@link Headers#SEQUENCE}. */
  public static final List<String> EVENT_TOPICS =
      List.of(STUDY_EVENTS, SITE_EVENTS, ENROLLMENT_EVENTS);

  private Topics() {}

  public static String of(String aggregateType) {
    return PREFIX + aggregateType;
  }
}
