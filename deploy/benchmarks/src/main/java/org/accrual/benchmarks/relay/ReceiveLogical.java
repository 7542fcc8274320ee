package org.accrual.benchmarks.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** PostgreSQL's own client, which throws away what it reads: how fast a slot can be read at all. */
final class ReceiveLogical implements Drain {
  private final Stand stand;
  private final int rows;

  ReceiveLogical(Stand stand, int rows) {
    this.stand = stand;
    this.rows = rows;
  }

  @Override
  public String name() {
    return "pg_recvlogical";
  }

  @Override
  public Drained drain(int turn) throws Exception {
    String slot = stand.copySlot("bench_receive_" + turn);
    try {
      return Drained.measure(stand, rows, () -> receive(slot), () -> {});
    } finally {
      stand.dropSlot(slot);
    }
  }

  private void receive(String slot) throws IOException, InterruptedException {
    Path log = stand.folder().resolve(slot + ".log");
    if (start(slot, log).waitFor() != 0) {
      throw new IllegalStateException("pg_recvlogical: " + Files.readString(log));
    }
  }

  private Process start(String slot, Path log) {
    long end = stand.end();
    try {
      return Programs.start(
          List.of(
              "pg_recvlogical",
              "--host=127.0.0.1",
              "--port=" + stand.databasePort(),
              "--username=postgres",
              "--dbname=bench",
              "--slot=" + slot,
              "--start",
              "--option=proto_version=1",
              "--option=publication_names=accrual_outbox",
              "--endpos=%X/%X".formatted(end >>> 32, end & 0xFFFF_FFFFL),
              "--no-loop",
              "--file=/dev/null"),
          log);
    } catch (IOException missing) {
      throw new IllegalStateException(
          "pg_recvlogical is needed: install PostgreSQL's client programs", missing);
    }
  }
}
