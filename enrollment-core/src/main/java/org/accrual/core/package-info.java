/** The process of the write side: its main, its settings, and how its parts are put together. */
@NullMarked
package org.accrual.core;

import org.jspecify.annotations.NullMarked;
