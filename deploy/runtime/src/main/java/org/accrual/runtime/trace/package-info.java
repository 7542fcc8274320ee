/**
 * Traces: from a call through the outbox, the relay and the topics to every consumer's effect. Off,
 * and free of charge, unless an exporter is configured.
 */
@NullMarked
package org.accrual.runtime.trace;

import org.jspecify.annotations.NullMarked;
