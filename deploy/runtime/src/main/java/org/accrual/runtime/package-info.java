/**
 * What every process has around its work: validated settings, one-line logs, an orderly start and
 * exit.
 */
@NullMarked
package org.accrual.runtime;

import org.jspecify.annotations.NullMarked;
