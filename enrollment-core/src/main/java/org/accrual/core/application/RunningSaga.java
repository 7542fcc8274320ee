package org.accrual.core.application;

import java.util.Optional;
import java.util.UUID;
import org.accrual.core.domain.saga.SagaRun;

/**
 * A run with what ties it to its conversation.
 *
 * @param operationId that follows it; empty where nothing is left to decide
 * @param origin of what put it where it stands
 */
public record RunningSaga(
    UUID enrollmentId, SagaRun run, Optional<UUID> operationId, Origin origin) {}
