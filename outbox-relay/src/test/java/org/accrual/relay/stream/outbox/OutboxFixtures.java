package org.accrual.relay.stream.outbox;

import java.nio.ByteBuffer;
import java.time.Instant;

public final class OutboxFixtures {
  public static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

  private OutboxFixtures() {}

  public static OutboxRow row(String id) {
    return row(id, "{\"ce_sequence\":\"1\",\"ce_schemaversion\":\"1\"}");
  }

  public static OutboxRow row(String id, String headers) {
    return new OutboxRow(
        id,
        "study.events",
        "S1",
        "accrual.study.activated.v1",
        ByteBuffer.wrap(new byte[] {4, 'S', '1'}),
        headers,
        "2026-11-24T12:00:00.000001Z");
  }
}
