/**
 * The blind: what tells a patient's or a kit's arm is sealed wherever it passes; only randomization
 * and supply open it.
 */
@NullMarked
package org.accrual.runtime.blinding;

import org.jspecify.annotations.NullMarked;
