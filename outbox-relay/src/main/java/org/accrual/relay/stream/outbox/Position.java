package org.accrual.relay.stream.outbox;

/**
 * A place in the database's stream of committed changes: every transaction whose commit record
 * begins before {@code lsn} lies at or under it, and so do the first {@code ordinal} rows of the
 * next transaction with outbox rows. Transactions arrive in the order of their commit records and
 * their rows always in the same order, so one position says all that has been relayed.
 *
 * @param lsn a log sequence number of one cluster and timeline
 * @param ordinal 0 between transactions; above 0 only while a transaction is relayed in slices
 */
public record Position(long lsn, long ordinal) implements Comparable<Position> {
  public static final Position ZERO = new Position(0, 0);

  public Position {
    if (ordinal < 0) {
      throw new IllegalArgumentException("an ordinal is not negative: " + ordinal);
    }
  }

  /** Between transactions: the end of a commit record, or any later place before the next one. */
  public static Position at(long lsn) {
    return new Position(lsn, 0);
  }

  /**
   * PostgreSQL's way to write an LSN.
   *
   * @throws IllegalArgumentException if {@code text} is not two hexadecimal numbers and a slash
   */
  public static long lsn(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash > 8 || text.length() - slash - 1 < 1 || text.length() - slash > 9) {
      throw new IllegalArgumentException("not an LSN: " + text);
    }
    return Long.parseLong(text.substring(0, slash), 16) << 32
        | Long.parseLong(text.substring(slash + 1), 16);
  }

  /** PostgreSQL's way to write an LSN, such as {@code 0/16B3748}. */
  public static String text(long lsn) {
    return "%X/%X".formatted(lsn >>> 32, lsn & 0xFFFF_FFFFL);
  }

  @Override
  public int compareTo(Position other) {
    int byLsn = Long.compareUnsigned(lsn, other.lsn);
    return byLsn != 0 ? byLsn : Long.compare(ordinal, other.ordinal);
  }

  @Override
  public String toString() {
    return ordinal == 0 ? text(lsn) : text(lsn) + "+" + ordinal;
  }
}
