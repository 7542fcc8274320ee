/**
 * One attempt of one patient to take part in one study. Decided here on facts about study, site and
 * earlier attempts, stored by the event store.
 */
@NullMarked
package org.accrual.core.domain.enrollment;

import org.jspecify.annotations.NullMarked;
