/**
 * Blinding: the arm of a patient or a kit is sealed wherever it is stored or sent; only
 * randomization and supply open it. Start at {@code Seal} and {@code Unseal}.
 */
@NullMarked
package org.accrual.runtime.blinding;

import org.jspecify.annotations.NullMarked;
