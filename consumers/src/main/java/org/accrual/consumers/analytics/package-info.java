/** From the event topics to the tables of the schema {@code analytics}: accrual against target. */
@NullMarked
package org.accrual.consumers.analytics;

import org.jspecify.annotations.NullMarked;
