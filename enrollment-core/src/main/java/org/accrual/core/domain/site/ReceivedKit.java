package org.accrual.core.domain.site;

import org.accrual.core.domain.SealedArm;

/** A kit that a site has. */
public record ReceivedKit(String kitId, SealedArm arm, KitLabel label) {}
