package org.accrual.consumers.projection;

import org.accrual.intake.Message;

/** An event type that this build can read but the projection was not told of: a fault of ours. */
final class UnmappedEvent extends RuntimeException {
  UnmappedEvent(Message message) {
    super(
        "the projection has no mapping for %s at %s".formatted(message.type(), message.position()));
  }
}
