/**
 * A site of a study: whether it may enroll and how many. Decided here, stored by the event store.
 */
@NullMarked
package org.accrual.core.domain.site;

import org.jspecify.annotations.NullMarked;
