/** A study: its design, and whether it recruits. Decided here, stored by the event store. */
@NullMarked
package org.accrual.core.domain.study;

import org.jspecify.annotations.NullMarked;
