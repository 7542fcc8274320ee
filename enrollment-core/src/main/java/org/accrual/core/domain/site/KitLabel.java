package org.accrual.core.domain.site;

import java.time.LocalDate;
import java.util.Optional;

/**
 * The part of a kit's label that a site may read.
 *
 * @param lot empty if none was given
 * @param expiryDate the last day on which the kit may be used; empty if it does not expire
 */
public record KitLabel(String lot, Optional<LocalDate> expiryDate) {
  public static final KitLabel NONE = new KitLabel("", Optional.empty());
}
