/**
 * Reads the replication slot with Debezium and delivers whole transactions. First step of the
 * stream; start at {@link org.accrual.relay.stream.source.DebeziumSource}.
 */
@NullMarked
package org.accrual.relay.stream.source;

import org.jspecify.annotations.NullMarked;
