/**
 * The schema registry as relay, intake and provisioning see it: ids for schemas and schemas for
 * ids.
 */
@NullMarked
package org.accrual.runtime.registry;

import org.jspecify.annotations.NullMarked;
