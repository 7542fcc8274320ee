/**
 * The relay's process: settings, life, and the wiring from the replication slot (source) to Kafka
 * (sink).
 */
@NullMarked
package org.accrual.relay;

import org.jspecify.annotations.NullMarked;
