package org.accrual.benchmarks.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.accrual.contract.Topics;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.Leash;
import org.accrual.local.Build;

/** outbox-relay as it is deployed, on a slot of the stand. */
final class RelayProcess implements AutoCloseable {
  private final Path log;
  private final Process process;
  private final LastRecord last;

  private RelayProcess(Path log, Process process, LastRecord last) {
    this.log = log;
    this.process = process;
    this.last = last;
  }

  /** Creates the checkpoint topic, starts it and returns once it reads the stand's backlog. */
  static RelayProcess start(Stand stand, String slot, List<String> options)
      throws IOException, InterruptedException {
    stand.createTopic(Topics.relayCheckpoint(slot), 1);
    List<String> all = new ArrayList<>(options);
    all.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Daccrual.database.url=" + stand.database().url(),
            "-Daccrual.kafka.bootstrap-servers=" + stand.kafkaServers(),
            "-Daccrual.registry.url=" + stand.registryUrl(),
            "-Daccrual.http.port=" + FreePort.pick(),
            "-Daccrual.relay.slot=" + slot));
    Path log = stand.folder().resolve(slot + ".log");
    LastRecord last = new LastRecord(stand, Stand.LAST_TOPIC);
    Process process =
        Programs.start(
            Leash.command(all, Build.here().jar("outbox-relay", "accrual-outbox-relay")), log);
    RelayProcess relay = new RelayProcess(log, process, last);
    // The first start on a slot reads the whole outbox.
    Programs.await("the relay: " + log, Duration.ofMinutes(5), () -> relay.said("-> streaming"));
    return relay;
  }

  private boolean said(String words) throws IOException {
    String said = Files.readString(log);
    if (said.contains("-> refused") || !process.isAlive()) {
      throw new IllegalStateException(said);
    }
    return said.contains(words);
  }

  /** Waits until the backlog's last record is committed. */
  void awaitLast() {
    last.await(process, log);
  }

  /**
   * Returns the live heap's bytes again and again until the backlog's last record is committed.
   *
   * @param pause between two
   */
  List<Double> liveHeapUntilLast(Duration pause) throws IOException, InterruptedException {
    List<Double> bytes = new ArrayList<>();
    do {
      bytes.add((double) LiveHeap.bytes(process.pid()));
    } while (!last.arrivesWithin(pause));
    return bytes;
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
    last.close();
  }
}
