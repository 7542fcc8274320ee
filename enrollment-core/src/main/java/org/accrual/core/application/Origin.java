package org.accrual.core.application;

/**
 * What events and messages are told with.
 *
 * @param correlationId of the conversation
 * @param causationId of what directly caused them: a request's id, or a message's
 * @param actor who acts, as the caller asserted; of a command never empty
 * @param traceparent W3C trace context; empty if there is none
 */
public record Origin(String correlationId, String causationId, String actor, String traceparent) {}
