/**
 * Reserves slots of sites within the limits of studies: from capacity.commands and events of
 * studies and sites to answers on capacity.events. Start at {@code Capacity}, which applies a
 * batch; {@code SlotDecider} has the rules, {@code SlotLedger} holds the batch.
 */
@NullMarked
package org.accrual.consumers.capacity;

import org.jspecify.annotations.NullMarked;
