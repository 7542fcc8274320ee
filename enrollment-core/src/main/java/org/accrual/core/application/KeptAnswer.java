package org.accrual.core.application;

/**
 * The answer of an accepted request that was kept for its repetition.
 *
 * @param fingerprint of the request's content
 */
public record KeptAnswer(String fingerprint, Answer answer) {}
