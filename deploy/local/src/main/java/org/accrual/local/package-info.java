/**
 * Outside the flow: starts every process of a local run, keeps it alive and stops it; and the demo,
 * which uses what runs as a client would.
 */
@NullMarked
package org.accrual.local;

import org.jspecify.annotations.NullMarked;
