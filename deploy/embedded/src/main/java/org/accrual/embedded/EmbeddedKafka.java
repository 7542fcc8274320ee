package org.accrual.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One Kafka broker and controller in this process (KRaft). Topics are never made by being used. A
 * kill -9 of the process loses nothing that was acknowledged; the next start on the same folder
 * takes some seconds longer.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final String host;
  private final int port;
  private final KafkaRaftServer server;

  private EmbeddedKafka(String host, int port, KafkaRaftServer server) {
    this.host = host;
    this.port = port;
    this.server = server;
  }

  /**
   * Runs a broker until this process is stopped or the broker ends.
   *
   * @param args folder, host, port
   */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT %4$s %5$s%6$s%n");
    KafkaLogs.warningsOnly();
    EmbeddedKafka kafka = start(Path.of(args[0]), args[1], Integer.parseInt(args[2]));
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "stop-kafka"));
    System.out.printf("kafka ready on %s%n", kafka.bootstrapServers());
    kafka.server.awaitShutdown();
    System.exit(1);
  }

  /** Starts with the default settings. */
  public static EmbeddedKafka start(Path dataDir, String host, int port) {
    return start(dataDir, host, port, Map.of());
  }

  /**
   * Starts the broker and waits until it answers, at most 60 s.
   *
   * @param dataDir made and formatted if it is not there
   * @param host address to listen on and to tell clients
   * @param port 0 for a free one
   * @param settings of {@code server.properties}, over the defaults
   */
  public static EmbeddedKafka start(
      Path dataDir, String host, int port, Map<String, String> settings) {
    Path data = dataDir.toAbsolutePath().normalize();
    int bound = FreePort.orPicked(port);
    format(data);
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(settings(data, host, bound, settings), false), Time.SYSTEM);
    EmbeddedKafka kafka = new EmbeddedKafka(host, bound, server);
    try {
      server.startup();
    } catch (RuntimeException e) {
      throw new EmbeddedPartException(
          "Kafka did not start on %s:%d: %s".formatted(host, bound, e.getMessage()), e);
    }
    if (!answers(kafka.bootstrapServers(), START_LIMIT)) {
      kafka.close();
      throw new EmbeddedPartException("Kafka does not answer on %s:%d".formatted(host, bound));
    }
    return kafka;
  }

  public String bootstrapServers() {
    return host + ":" + port;
  }

  public int port() {
    return port;
  }

  /** Whether it answers a request within two seconds. */
  public boolean healthy() {
    return answers(bootstrapServers(), Duration.ofSeconds(2));
  }

  /** Stops in order. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  /** Whether a broker answers there within the limit. */
  public static boolean answers(String bootstrapServers, Duration limit) {
    Map<String, Object> client =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            200,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            (int) limit.toMillis(),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            (int) Math.min(limit.toMillis(), 2_000));
    try (Admin admin = Admin.create(client)) {
      return !admin
          .describeCluster()
          .nodes()
          .get(limit.toMillis(), TimeUnit.MILLISECONDS)
          .isEmpty();
    } catch (ExecutionException | TimeoutException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void format(Path data) {
    if (Files.exists(data.resolve("meta.properties"))) {
      return;
    }
    try (PrintStream quiet =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      Files.createDirectories(data);
      new Formatter()
          .setPrintStream(quiet)
          .setNodeId(1)
          .setClusterId(Uuid.randomUuid().toString())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setControllerListenerName("CONTROLLER")
          .setMetadataLogDirectory(data.toString())
          .addDirectory(data.toString())
          .setIgnoreFormatted(true)
          .run();
    } catch (IOException e) {
      throw new EmbeddedPartException("Kafka's folder cannot be made: " + data, e);
    } catch (Exception e) {
      throw new EmbeddedPartException("Kafka's folder cannot be formatted: " + data, e);
    }
  }

  private static Map<String, Object> settings(
      Path data, String host, int port, Map<String, String> over) {
    // Nothing but this process talks to the controller, so its port may differ from start to start.
    int controller = FreePort.pick();
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    String broker = "BROKER://" + host + ":" + port;
    settings.put("controller.quorum.voters", "1@" + host + ":" + controller);
    settings.put("listeners", broker + ",CONTROLLER://" + host + ":" + controller);
    settings.put("advertised.listeners", broker);
    settings.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "BROKER");
    settings.put("controller.listener.names", "CONTROLLER");
    // A list, since Kafka splits a text at commas, which the folder's name may have.
    settings.put("log.dirs", List.of(data.toString()));
    settings.put("auto.create.topics.enable", "false");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "5");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "5");
    // A transaction that follows on its forerunner's heels waits for its markers: by default 20 ms,
    // although they are there after one.
    settings.put("add.partitions.to.txn.retry.backoff.ms", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    // After a kill -9 the controller must first give the dead broker up.
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "500");
    // Alone, there is nobody to hand partitions to.
    settings.put("controlled.shutdown.enable", "false");
    settings.putAll(over);
    return settings;
  }
}
