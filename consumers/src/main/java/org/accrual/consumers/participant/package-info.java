/**
 * What the saga's participants share: from a batch of commands and news, through locked rows and
 * requests that wait, to answers in the outbox.
 */
@NullMarked
package org.accrual.consumers.participant;

import org.jspecify.annotations.NullMarked;
