package org.accrual.intake;

/**
 * How far a loop is in a partition that it has.
 *
 * @param position of the next record to take in
 * @param end of the next record to be written, as far as the broker has said
 */
record PartitionProgress(String topic, int partition, long position, long end) {}
