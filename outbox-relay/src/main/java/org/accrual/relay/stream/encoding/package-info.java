/**
 * Turns outbox rows into Kafka records: Avro in the registry's format, headers. Third step of the
 * stream; start at {@link org.accrual.relay.stream.encoding.RecordEncoder}.
 */
@NullMarked
package org.accrual.relay.stream.encoding;

import org.jspecify.annotations.NullMarked;
