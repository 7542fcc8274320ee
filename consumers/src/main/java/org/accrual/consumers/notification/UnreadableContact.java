package org.accrual.consumers.notification;

import org.jspecify.annotations.Nullable;

/** An address that the key in the configuration does not open. */
final class UnreadableContact extends RuntimeException {
  UnreadableContact(Patient patient, @Nullable Throwable cause) {
    super(
        "the contact of %s does not open with accrual.notification.contact-key: restore the key, or set the contact again"
            .formatted(patient),
        cause);
  }
}
