/**
 * Measures ratios, not times: contenders take turns in one run on one machine. Started by hand,
 * never by a test.
 */
@NullMarked
package org.accrual.benchmarks;

import org.jspecify.annotations.NullMarked;
