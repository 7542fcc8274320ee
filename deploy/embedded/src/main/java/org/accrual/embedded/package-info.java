/**
 * PostgreSQL, Kafka and the schema registry from Maven artifacts, on loopback: what local runs and
 * integration tests stand on. Knows nothing of Accrual's tables, topics or schemas.
 */
@NullMarked
package org.accrual.embedded;

import org.jspecify.annotations.NullMarked;
