/**
 * What the relay carries, between source and sink: outbox rows, whole transactions, and the
 * position they reach. Pure.
 */
@NullMarked
package org.accrual.relay.outbox;

import org.jspecify.annotations.NullMarked;
