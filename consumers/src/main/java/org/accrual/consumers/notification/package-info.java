/**
 * From confirmed enrollments to messages: intents recorded in the events' transaction, worked off
 * by a sender through SMTP and an HTTP gateway, and the service that tells what became of them.
 */
@NullMarked
package org.accrual.consumers.notification;

import org.jspecify.annotations.NullMarked;
