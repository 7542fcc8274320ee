/** Beside the gates: lets a reader wait until a consumer has applied what the reader has seen. */
@NullMarked
package org.accrual.consumers.progress;

import org.jspecify.annotations.NullMarked;
