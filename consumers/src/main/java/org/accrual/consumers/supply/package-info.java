/**
 * The saga's participant for kits: from supply.commands and what is heard of studies and sites to
 * answers on supply.events. {@code Stock} and {@code HoldDecider} are the rules, {@code HoldLedger}
 * keeps a batch, {@code KitEvents} applies the events of sites, {@code KitArms} opens kits in
 * memory, the tables are its edge.
 */
@NullMarked
package org.accrual.consumers.supply;

import org.jspecify.annotations.NullMarked;
