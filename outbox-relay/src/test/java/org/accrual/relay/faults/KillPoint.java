package org.accrual.relay.faults;

import java.util.Arrays;
import java.util.List;

/** A place in the relay at which it sometimes dies, once in 300 times that it passes there. */
enum KillPoint {
  /** Read from PostgreSQL, nothing sent yet. */
  BEFORE_PUBLISHING("source/DebeziumSource.java", "        receiver.deliver(delivery.get());"),

  /** Records are on their way; the Kafka transaction is open. */
  INSIDE_THE_TRANSACTION("sink/Publisher.java", "      mark.ifPresent(this::send);"),

  /** Records and mark are committed; PostgreSQL has not been told. */
  BEFORE_CONFIRMING("source/DebeziumSource.java", "      if (confirmable != null) {");

  private static final String DIE =
      "if (java.util.concurrent.ThreadLocalRandom.current().nextInt(300) == 0) {"
          + " Runtime.getRuntime().halt(137); }\n";

  private final String file;
  private final String place;

  KillPoint(String file, String place) {
    this.file = file;
    this.place = place;
  }

  Edit edit() {
    return new Edit(file, place, DIE + place);
  }

  static List<Edit> all() {
    return Arrays.stream(values()).map(KillPoint::edit).toList();
  }
}
