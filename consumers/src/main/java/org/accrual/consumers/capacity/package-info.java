/**
 * The saga's participant for slots: from capacity.commands and what is heard of sites to answers on
 * capacity.events. {@code SlotDecider} decides, {@code SlotLedger} keeps a batch, the tables are
 * its edge.
 */
@NullMarked
package org.accrual.consumers.capacity;

import org.jspecify.annotations.NullMarked;
