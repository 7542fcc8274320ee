/**
 * The application's ports on PostgreSQL: events as Avro in {@code enrollment.event}, told through
 * the outbox in the same transaction. Plain SQL on the path of a command, Hibernate for what is
 * listed and edited.
 */
@NullMarked
package org.accrual.core.eventstore;

import org.jspecify.annotations.NullMarked;
