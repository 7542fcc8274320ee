package org.accrual.benchmarks;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.embedded.EmbeddedKafka;
import org.accrual.embedded.EmbeddedRegistry;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.provision.Schemas;
import org.accrual.provision.TopicPlan;
import org.accrual.runtime.registry.SchemaRegistry;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.postgresql.PGConnection;

/**
 * A backlog of events applied by the projection, gate and offsets in the transaction, against COPY
 * of the rows that it made of them, into tables of the same shape. One Kafka transaction holds a
 * turn's backlog, so that all of it is there at once and nobody writes while it is applied.
 */
final class ProjectionBenchmark {
  private static final String PROJECTION = "events applied";
  private static final String COPY = "COPY of their rows";
  private static final int STORIES = 20_000;
  private static final int VERSIONS = 5;
  private static final int EVENTS = VERSIONS * STORIES;
  private static final NoArgGenerator IDS = Generators.timeBasedEpochGenerator();

  private final String url;
  private final SchemaRegistry schemas;
  private final KafkaProducer<byte[], byte[]> producer;

  private ProjectionBenchmark(
      String url, SchemaRegistry schemas, KafkaProducer<byte[], byte[]> producer) {
    this.url = url;
    this.schemas = schemas;
    this.producer = producer;
  }

  static void run(Bench.Options options) throws Exception {
    try (BenchDatabase database = BenchDatabase.start();
        EmbeddedKafka kafka =
            EmbeddedKafka.start(database.folder().resolve("kafka"), "127.0.0.1", 0);
        EmbeddedRegistry registry =
            EmbeddedRegistry.start(database.folder().resolve("registry"), "127.0.0.1", 0)) {
      String url = database.migrated("projection");
      System.out.println(TopicPlan.apply(kafka.bootstrapServers(), 1));
      System.out.println(Schemas.register(URI.create(registry.url())));
      List<String> settings =
          new ArrayList<>(
              List.of(
                  "accrual.database.url=" + url,
                  "accrual.consumers.enabled=projection",
                  "accrual.kafka.bootstrap-servers=" + kafka.bootstrapServers(),
                  "accrual.registry.url=" + registry.url()));
      settings.addAll(options.settings());
      try (var _ =
              ServiceUnderTest.start(
                  "consumers", settings, database.folder().resolve("consumers.log"));
          KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
        producer.initTransactions();
        new ProjectionBenchmark(url, new SchemaRegistry(URI.create(registry.url())), producer)
            .measure(options);
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(EmbeddedKafka kafka) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            kafka.bootstrapServers(),
            "transactional.id",
            "benchmark",
            "linger.ms",
            5),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private void measure(Bench.Options options) throws Exception {
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    rates.put(PROJECTION, new ArrayList<>());
    rates.put(COPY, new ArrayList<>());
    try (Connection connection = BenchDatabase.connect(url)) {
      connection.createStatement().execute("select ops.clone_schema('projection', 'copied')");
      for (int turn = -options.warmups(); turn < options.turns(); turn++) {
        String study = "TURN" + turn;
        double applied = apply(connection, study);
        double copied = copy(connection, study);
        System.out.printf(
            "%s %d: applied %.0f/s, copied %.0f/s%n",
            turn < 0 ? "warm-up" : "turn", Math.abs(turn), applied, copied);
        if (turn >= 0) {
          rates.getOrDefault(PROJECTION, new ArrayList<>()).add(applied);
          rates.getOrDefault(COPY, new ArrayList<>()).add(copied);
        }
      }
    }
    Report report = new Report("projection");
    report.rates(rates);
    report.ratio(rates, PROJECTION, COPY, 0.45);
    report.write(options.json());
  }

  /** Events a second from the commit of the backlog to the last of it applied. */
  private double apply(Connection connection, String study) throws Exception {
    List<String> last = writeBacklog(study);
    long begin = System.nanoTime();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "select count(*) from projection.applied where topic = ? and key = any (?) and version = ?")) {
      statement.setString(1, Topics.ENROLLMENT_EVENTS);
      statement.setArray(2, connection.createArrayOf("text", last.toArray()));
      statement.setInt(3, VERSIONS);
      while (count(statement) < last.size()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }
    return EVENTS * 1e9 / (System.nanoTime() - begin);
  }

  private static long count(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static double copy(Connection connection, String study) throws Exception {
    var copies = connection.unwrap(PGConnection.class).getCopyAPI();
    Map<String, byte[]> rows = new LinkedHashMap<>();
    Map<String, String> ofTheTurn =
        Map.of(
            "enrollment", "e.enrollment_id = t.enrollment_id",
            "enrollment_history", "e.enrollment_id = t.enrollment_id",
            "applied", "e.enrollment_id = t.key::uuid");
    for (Map.Entry<String, String> table : ofTheTurn.entrySet()) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      copies.copyOut(
          "copy (select t.* from projection.%s t join projection.enrollment e on %s where e.study_id = '%s') to stdout (format binary)"
              .formatted(table.getKey(), table.getValue(), study),
          out);
      rows.put(table.getKey(), out.toByteArray());
    }
    connection.setAutoCommit(false);
    long begin = System.nanoTime();
    for (Map.Entry<String, byte[]> table : rows.entrySet()) {
      copies.copyIn(
          "copy copied." + table.getKey() + " from stdin (format binary)",
          new ByteArrayInputStream(table.getValue()));
    }
    connection.commit();
    double rate = EVENTS * 1e9 / (System.nanoTime() - begin);
    connection.setAutoCommit(true);
    return rate;
  }

  /**
   * In the order of a running system: many enrollments side by side. Answers the last key of each
   * partition.
   */
  private List<String> writeBacklog(String study) {
    Map<Integer, String> last = new ConcurrentHashMap<>();
    producer.beginTransaction();
    for (int story = 0; story < STORIES; story += 100) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        ids.add(IDS.generate().toString());
      }
      for (int version = 1; version <= VERSIONS; version++) {
        for (String id : ids) {
          var _ =
              producer.send(
                  record(study, id, version),
                  (sent, failure) -> {
                    // A failure fails the commit.
                    if (failure == null) {
                      last.put(sent.partition(), id);
                    }
                  });
        }
      }
    }
    producer.commitTransaction();
    return List.copyOf(last.values());
  }

  private static SpecificRecord event(String study, String id, int version) {
    String patient = "patient-" + id;
    return switch (version) {
      case 1 -> new PatientScreened(id, study, "S1", patient, 1, null, "nurse");
      case 2 -> new ConsentRecorded(id, study, "S1", patient, "v1", Instant.EPOCH, "nurse");
      case 3 ->
          new EligibilityRecorded(
              id, study, "S1", patient, true, "c1", Map.of("sex", "f"), "nurse");
      case 4 -> new EnrollmentRequested(id, study, "S1", patient, "nurse");
      default -> new EnrollmentConfirmed(id, study, "S1", patient, "K1", "S1-0001");
    };
  }

  private ProducerRecord<byte[], byte[]> record(String study, String id, int version) {
    SpecificRecord event = event(study, id, version);
    String type = EventSchemas.typeOf(event.getSchema());
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.ENROLLMENT_EVENTS,
            id.getBytes(StandardCharsets.UTF_8),
            value(schemas.idOf(type, event.getSchema()), event));
    Map.of(
            Headers.ID,
            UUID.randomUUID().toString(),
            Headers.TYPE,
            type,
            Headers.SOURCE,
            "/accrual/benchmark",
            Headers.TIME,
            Instant.now().toString(),
            Headers.SPEC_VERSION,
            "1.0",
            Headers.SEQUENCE,
            Integer.toString(version),
            Headers.CORRELATION_ID,
            id)
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  private static byte[] value(int schemaId, SpecificRecord event) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(0);
      out.write(ByteBuffer.allocate(4).putInt(schemaId).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException impossible) {
      throw new IllegalStateException("memory that cannot be written", impossible);
    }
  }
}
