/**
 * What moves sagas from outside: participants' answers from Kafka, and deadlines from the table.
 * Nothing is decided here.
 */
@NullMarked
package org.accrual.core.saga;

import org.jspecify.annotations.NullMarked;
