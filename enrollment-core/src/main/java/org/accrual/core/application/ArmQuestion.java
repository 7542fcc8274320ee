package org.accrual.core.application;

import java.util.UUID;
import org.accrual.core.domain.enrollment.Subject;

/**
 * A request for the arm of a patient, whose unblinding is recorded. The answer is sealed to the
 * reader's key: only the holder of the other half can read it.
 *
 * @param ref connects the answer with the request
 * @param version of the enrollment's stream at which the unblinding is recorded
 * @param attempt the request that was confirmed
 * @param readerKey X25519 public key, X.509
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared or changed
public record ArmQuestion(UUID ref, Subject subject, long version, int attempt, byte[] readerKey) {}
