/**
 * The process of the read side: which consumers it runs, and their lives. Each consumer has a
 * package, a database schema and a consumer group of its own; queries read what they wrote.
 */
@NullMarked
package org.accrual.consumers;

import org.jspecify.annotations.NullMarked;
