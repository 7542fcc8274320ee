package org.accrual.relay.stream.outbox;

/**
 * How much of one source transaction is held before it is published in slices. A transaction under
 * both limits becomes visible in one piece.
 *
 * @param rows at least 1
 * @param bytes of keys, payloads and headers, at least 1
 */
public record SliceLimits(int rows, int bytes) {
  public SliceLimits {
    if (rows < 1 || bytes < 1) {
      throw new IllegalArgumentException("limits are at least 1: " + rows + ", " + bytes);
    }
  }
}
