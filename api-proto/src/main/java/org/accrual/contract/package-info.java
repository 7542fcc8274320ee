/** Names and small wire formats that every process agrees on; nothing here does work. */
@NullMarked
package org.accrual.contract;

import org.jspecify.annotations.NullMarked;
