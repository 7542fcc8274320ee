package org.accrual.relay.faults;

import java.util.Arrays;
import java.util.List;

/**
 * A place in the relay at which it can be made to die: at the n-th time that it passes there, both
 * given by system properties of its process. The exit code tells the place.
 */
enum KillPoint {
  /** Rows are read from PostgreSQL, and nothing is sent yet. */
  BEFORE_PUBLISHING("stream/source/DebeziumSource.java", "        receiver.deliver(delivery);", 40),

  /** Records are sent, and the Kafka transaction is open. */
  INSIDE_THE_TRANSACTION(
      "stream/sink/Publisher.java", "      checkpoint.ifPresent(this::send);", 40),

  /** Records and checkpoint are committed, and the position is not confirmed to PostgreSQL yet. */
  BEFORE_CONFIRMING(
      "stream/source/DebeziumSource.java", "        committer.markProcessed(record);", 40),

  /** A slice of a large transaction and its checkpoint are committed, and more of it is to come. */
  AFTER_A_SLICE(
      "stream/source/DebeziumSource.java",
      "        committer.markProcessed(record);",
      10,
      "delivery.reached().ordinal() > 0");

  private static final String POINT = "faults.point";
  private static final String PASSAGES = "faults.passages";
  private static final int FIRST_EXIT_CODE = 200;

  private final String file;
  private final String place;
  private final int mostPassages;
  private final String condition;

  KillPoint(String file, String place, int mostPassages) {
    this(file, place, mostPassages, "true");
  }

  KillPoint(String file, String place, int mostPassages, String condition) {
    this.file = file;
    this.place = place;
    this.mostPassages = mostPassages;
    this.condition = condition;
  }

  /**
   * Returns up to how many passages a process is let live, so that a death comes within seconds.
   */
  int mostPassages() {
    return mostPassages;
  }

  int exitCode() {
    return FIRST_EXIT_CODE + ordinal();
  }

  /** Returns the settings of a relay's process that dies here at the given passage. */
  List<String> settings(int passage) {
    return List.of(POINT + "=" + name(), PASSAGES + "=" + passage);
  }

  Edit edit() {
    String die =
        """
        if ((%s) && "%s".equals(System.getProperty("%s"))) {
          int left = Integer.getInteger("%5$s", 0) - 1;
          System.setProperty("%5$s", Integer.toString(left));
          if (left == 0) {
            Runtime.getRuntime().halt(%4$d);
          }
        }
        """
            .formatted(condition, name(), POINT, exitCode(), PASSAGES);
    return new Edit(file, place, die + place);
  }

  static List<Edit> all() {
    return Arrays.stream(values()).map(KillPoint::edit).toList();
  }
}
