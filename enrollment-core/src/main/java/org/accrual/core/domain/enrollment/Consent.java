package org.accrual.core.domain.enrollment;

import java.time.Instant;

/**
 * Informed consent as signed.
 *
 * @param version of the form
 * @param signedAt to the microsecond
 */
public record Consent(String version, Instant signedAt) {}
