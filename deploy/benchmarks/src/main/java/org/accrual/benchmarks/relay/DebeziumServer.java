package org.accrual.benchmarks.relay;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.accrual.embedded.FreePort;

/**
 * A stock Debezium Server with its Outbox Event Router on the same table, tuned as the relay is: no
 * transactions, so it repeats after a crash.
 */
final class DebeziumServer implements Drain {
  private final Stand stand;
  private final Path home;
  private final int rows;

  DebeziumServer(Stand stand, Path home, int rows) {
    this.stand = stand;
    this.home = home;
    this.rows = rows;
  }

  @Override
  public String name() {
    return "Debezium Server";
  }

  @Override
  public Drained drain(int turn) throws Exception {
    String slot = stand.copySlot("bench_debezium_" + turn);
    String prefix = "debezium%d.".formatted(turn);
    stand.createTopic(prefix + Stand.AGGREGATE_TYPE);
    stand.createTopic(prefix + Stand.LAST_AGGREGATE_TYPE, 1);
    Path log = stand.folder().resolve(slot + ".log");
    try (LastRecord last = new LastRecord(stand, prefix + Stand.LAST_AGGREGATE_TYPE)) {
      Process process = start(slot, prefix, log);
      try {
        Programs.await(
            "Debezium Server: " + log,
            Duration.ofSeconds(90),
            () -> said(process, log, "Processing messages"));
        return Drained.measure(stand, rows, () -> last.await(process, log), () -> {});
      } finally {
        process.destroyForcibly().waitFor();
      }
    } finally {
      stand.dropSlot(slot);
    }
  }

  private static boolean said(Process process, Path log, String words) throws IOException {
    String said = Files.readString(log);
    if (!process.isAlive()) {
      throw new IllegalStateException("Debezium Server ended: " + log);
    }
    return said.contains(words);
  }

  private Process start(String slot, String prefix, Path log) throws IOException {
    Path work = Files.createDirectories(stand.folder().resolve(slot));
    Path configuration = Files.createDirectories(work.resolve("config"));
    Files.writeString(
        configuration.resolve("application.properties"),
        settings(slot, prefix, work).entrySet().stream()
            .map(setting -> setting.getKey() + "=" + setting.getValue())
            .collect(Collectors.joining("\n", "", "\n")));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx1g", "-XX:+UseParallelGC", "--add-opens=java.base/java.lang=ALL-UNNAMED"));
    command.add("-cp");
    command.add(
        Stream.of(runner(), home.resolve("lib") + "/*", configuration.toString())
            .collect(Collectors.joining(File.pathSeparator)));
    command.add("io.debezium.server.Main");
    return new ProcessBuilder(command)
        .directory(work.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private String runner() throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("no Debezium Server in " + home))
          .toString();
    }
  }

  private Map<String, String> settings(String slot, String prefix, Path work) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("quarkus.http.port", Integer.toString(FreePort.pick()));
    settings.put("quarkus.http.host", "127.0.0.1");
    settings.put("debezium.format.key", "simplestring");
    settings.put("debezium.format.value", "binary");
    source(settings, slot, work);
    settings.put("debezium.transforms", "outbox");
    settings.put("debezium.transforms.outbox.type", "io.debezium.transforms.outbox.EventRouter");
    // Not ${routedByValue}, which Quarkus would take for a setting of its own.
    settings.put("debezium.transforms.outbox.route.topic.regex", "(.*)");
    settings.put("debezium.transforms.outbox.route.topic.replacement", prefix + "$1");
    settings.put(
        "debezium.transforms.outbox.table.fields.additional.placement",
        "type:header:ce_type,headers:header:headers");
    settings.put("debezium.sink.type", "kafka");
    String producer = "debezium.sink.kafka.producer.";
    settings.put(producer + "bootstrap.servers", stand.kafkaServers());
    settings.put(
        producer + "key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
    settings.put(
        producer + "value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
    settings.put(producer + "acks", "all");
    settings.put(producer + "linger.ms", "0");
    settings.put(producer + "batch.size", Integer.toString(128 * 1024));
    return settings;
  }

  private void source(Map<String, String> settings, String slot, Path work) {
    String source = "debezium.source.";
    settings.put(source + "connector.class", "io.debezium.connector.postgresql.PostgresConnector");
    settings.put(source + "database.hostname", "127.0.0.1");
    settings.put(source + "database.port", Integer.toString(stand.databasePort()));
    settings.put(source + "database.dbname", "bench");
    settings.put(source + "database.user", "postgres");
    settings.put(source + "database.password", "unused");
    settings.put(source + "topic.prefix", "bench");
    settings.put(source + "plugin.name", "pgoutput");
    settings.put(source + "slot.name", slot);
    settings.put(source + "publication.name", "accrual_outbox");
    settings.put(source + "publication.autocreate.mode", "disabled");
    settings.put(source + "table.include.list", "outbox.message");
    settings.put(source + "snapshot.mode", "no_data");
    // A relay's heartbeats, if one runs on the same database; the router takes no such messages.
    settings.put(source + "message.prefix.exclude.list", "accrual.heartbeat");
    settings.put(source + "tombstones.on.delete", "false");
    settings.put(source + "poll.interval.ms", "2");
    settings.put(source + "max.batch.size", "4096");
    settings.put(source + "max.queue.size", "16384");
    settings.put(source + "extended.headers.enabled", "false");
    settings.put(
        source + "offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
    settings.put(source + "offset.storage.file.filename", work.resolve("offsets").toString());
    settings.put(source + "offset.flush.interval.ms", "500");
  }
}
