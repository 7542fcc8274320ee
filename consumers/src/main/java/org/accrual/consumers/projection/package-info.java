/** From the event topics to the tables of the schema {@code projection}, which queries read. */
@NullMarked
package org.accrual.consumers.projection;

import org.jspecify.annotations.NullMarked;
