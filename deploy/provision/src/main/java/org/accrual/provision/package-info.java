/**
 * The deploy step, before anything flows: brings database, slot, topics and schemas to what this
 * build expects, and changes nothing when they are.
 */
@NullMarked
package org.accrual.provision;

import org.jspecify.annotations.NullMarked;
