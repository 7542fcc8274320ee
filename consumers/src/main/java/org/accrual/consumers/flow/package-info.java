/**
 * EventFlowService: what became of commands, read off the event store, the outbox, the dead
 * letters, the mails and the notes that consumers leave in {@code ops.hop}; and how the pipeline
 * runs.
 */
@NullMarked
package org.accrual.consumers.flow;

import org.jspecify.annotations.NullMarked;
