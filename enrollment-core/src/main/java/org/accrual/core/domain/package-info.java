/**
 * What the deciders of all aggregates share. The domain is the innermost layer: JDK only, pure, and
 * total; time, randomness and facts from elsewhere come in as arguments, refusals go out as values.
 */
@NullMarked
package org.accrual.core.domain;

import org.jspecify.annotations.NullMarked;
