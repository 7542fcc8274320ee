package org.accrual.consumers.supply;

import org.accrual.consumers.participant.SiteKey;

/** A kit that was sealed for another key or altered on its way. Nothing is decided without it. */
final class UnopenedKit extends RuntimeException {
  UnopenedKit(SiteKey site, String kitId, Throwable cause) {
    super(
        "kit %s of site %s cannot be opened: accrual.blinding.private-key must belong to the public key that core seals with"
            .formatted(kitId, site),
        cause);
  }
}
