/**
 * Names, schemas and small wire formats that every process agrees on, and how what older builds
 * wrote is read. Pure: nothing here reaches out.
 */
@NullMarked
package org.accrual.contract;

import org.jspecify.annotations.NullMarked;
