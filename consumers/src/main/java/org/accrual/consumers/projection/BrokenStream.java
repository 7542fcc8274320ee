package org.accrual.consumers.projection;

import org.accrual.intake.Message;

/**
 * An event that the projection can make nothing of, though the gate let it through: a fault of ours
 * or of the writer. Nothing is guessed.
 */
final class BrokenStream extends RuntimeException {
  private BrokenStream(String what, Message message) {
    super(
        "%s: %s version %d, %s at %s"
            .formatted(
                what, message.stream(), message.version(), message.type(), message.position()));
  }

  static BrokenStream unmapped(Message message) {
    return new BrokenStream("the projection has no mapping for this type", message);
  }

  static BrokenStream withoutBeginning(Message message) {
    return new BrokenStream("the stream does not begin with what creates its row", message);
  }
}
