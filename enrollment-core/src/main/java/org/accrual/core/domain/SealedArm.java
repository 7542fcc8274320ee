package org.accrual.core.domain;

import java.util.Arrays;

/** A treatment arm that only randomization and supply can read. Two seals of one arm differ. */
public final class SealedArm {
  private final byte[] bytes;

  public SealedArm(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SealedArm that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "(sealed)";
  }
}
