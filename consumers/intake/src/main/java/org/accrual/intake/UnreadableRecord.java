package org.accrual.intake;

/** Carries the reason out of the depth of decoding; becomes {@link Unreadable} at its edge. */
final class UnreadableRecord extends Exception {
  UnreadableRecord(String reason) {
    super(reason, null, false, false);
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
