package org.accrual.relay.stream.source;

import java.time.Duration;
import org.accrual.relay.stream.outbox.SliceLimits;
import org.accrual.runtime.DatabaseSettings;

/**
 * How the outbox is read.
 *
 * @param slot the logical replication slot, which must exist
 * @param publication what the slot tells: inserts into the outbox
 * @param heartbeat how often an idle stream is moved on, so that the slot does not hold back WAL
 * @param pollInterval how often an idle stream is looked at, and how long more is gathered while
 *     rows come without a pause: latency against work
 * @param ownerTimeout after which the server takes the slot from an owner that does not answer,
 *     such as a stopped process
 * @param batchRows most rows that are handed on at once
 * @param queueBytes about how much may wait between reading and publishing; reading then pauses
 * @param slice above which a source transaction is published in parts
 */
public record SourceSettings(
    DatabaseSettings database,
    String slot,
    String publication,
    Duration heartbeat,
    Duration pollInterval,
    Duration ownerTimeout,
    int batchRows,
    int queueBytes,
    SliceLimits slice) {}
