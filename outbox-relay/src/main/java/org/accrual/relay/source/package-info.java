/**
 * The beginning of the flow: an embedded Debezium engine reads the replication slot, and its
 * records become deliveries of whole transactions. The only package that knows Debezium.
 */
@NullMarked
package org.accrual.relay.source;

import org.jspecify.annotations.NullMarked;
