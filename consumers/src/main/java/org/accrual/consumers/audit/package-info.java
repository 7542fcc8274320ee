/**
 * From all topics of facts to the chained trail in the schema {@code audit}, and its verification.
 */
@NullMarked
package org.accrual.consumers.audit;

import org.jspecify.annotations.NullMarked;
