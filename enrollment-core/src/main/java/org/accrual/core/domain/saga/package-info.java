/**
 * The saga of one requested enrollment: what the participants are asked next, and what comes of
 * their answers, of silence and of a cancellation. Decided here, carried by the application.
 */
@NullMarked
package org.accrual.core.domain.saga;

import org.jspecify.annotations.NullMarked;
