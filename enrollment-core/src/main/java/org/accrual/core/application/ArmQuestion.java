package org.accrual.core.application;

import java.util.UUID;
import org.accrual.core.domain.enrollment.Subject;

/**
 * A question for the arm of a patient. Its answer is sealed to the reader's key: only who holds the
 * other half can read it.
 *
 * @param ref ties the answer to the question
 * @param attempt the request that was confirmed
 * @param readerKey X25519 public key, X.509
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
public record ArmQuestion(UUID ref, Subject subject, int attempt, byte[] readerKey) {}
