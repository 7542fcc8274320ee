package org.accrual.consumers.audit;

/**
 * A place where a trail is not as it was written.
 *
 * @param detail for people
 */
public record Finding(Kind kind, long position, String detail) {

  /** What is wrong. */
  public enum Kind {
    ALTERED,
    MISSING,
    TRUNCATED,
    REPLACED
  }

  static Finding altered(long position) {
    return new Finding(
        Kind.ALTERED,
        position,
        "entry %d does not follow from the one before: one of them was edited, moved or put in"
            .formatted(position));
  }

  static Finding missing(long first, long next) {
    return new Finding(
        Kind.MISSING, next, "entries %d to %d are missing".formatted(first, next - 1));
  }

  static Finding truncated(Head end, Head exported) {
    return new Finding(
        Kind.TRUNCATED,
        exported.position(),
        "the trail ends with entry %d, the exported head is entry %d"
            .formatted(end.position(), exported.position()));
  }

  static Finding replaced(Head exported) {
    return new Finding(
        Kind.REPLACED,
        exported.position(),
        "entry %d has another hash than the exported head: the trail was computed anew"
            .formatted(exported.position()));
  }
}
