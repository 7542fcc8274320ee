package org.accrual.intake;

import java.util.List;
import java.util.Map;

/**
 * What became of a batch whose transaction committed.
 *
 * @param applied how many took effect
 * @param repeats how many had taken effect before
 * @param halts partitions that stand, at most one each
 * @param reached the versions now applied of the streams that moved
 */
public record BatchResult(
    int applied, int repeats, List<Halt> halts, Map<StreamKey, Long> reached) {}
