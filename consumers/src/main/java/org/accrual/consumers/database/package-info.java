/** The process's database connections: one pool for effects, one for queries. */
@NullMarked
package org.accrual.consumers.database;

import org.jspecify.annotations.NullMarked;
