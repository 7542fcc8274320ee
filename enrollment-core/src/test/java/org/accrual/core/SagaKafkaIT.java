package org.accrual.core;

import static org.accrual.core.Client.enroll;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.WaitOperationRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.embedded.SharedParts;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The process itself: answers from a real broker, repetitions by its own job. */
class SagaKafkaIT {
  private static final Map<String, String> PACE =
      Map.of(
          "accrual.saga.step-deadline", "1s",
          "accrual.saga.longest-pause", "1s",
          "accrual.saga.sweep-interval", "50ms");

  private static KafkaProducer<byte[], byte[]> producer;
  private static SchemaRegistry registry;
  private static RunningCore core;
  private static Client client;
  private static OutboxParticipants participants;

  @BeforeAll
  static void start() {
    String kafka = SharedParts.kafka().bootstrapServers();
    URI registryUrl = URI.create(SharedParts.registry().url());
    TopicPlan.apply(kafka, 1);
    Schemas.register(registryUrl);
    registry = new SchemaRegistry(registryUrl);
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    PACE.forEach(System::setProperty);
    core =
        RunningCore.start(
            RunningCore.migratedDatabase(),
            Map.of(
                "accrual.saga.enabled",
                "true",
                "accrual.kafka.bootstrap-servers",
                kafka,
                "accrual.registry.url",
                registryUrl.toString()));
    client = new Client(core.channel());
    participants = new OutboxParticipants(core.jdbcUrl(), SagaKafkaIT::send);
  }

  @AfterAll
  static void stop() {
    core.close();
    producer.close(Duration.ofSeconds(5));
    PACE.keySet().forEach(System::clearProperty);
    System.clearProperty("accrual.kafka.bootstrap-servers");
    System.clearProperty("accrual.registry.url");
  }

  private static void send(List<SpecificRecord> answers) {
    answers.forEach(SagaKafkaIT::send);
    producer.flush();
  }

  private static void send(SpecificRecord answer) {
    String type = EventSchemas.typeOf(answer.getSchema());
    String participant = type.split("\\.")[1];
    String key = answer.get(1) + "/" + answer.get(2);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            Topics.of(participant + ".events"),
            key.getBytes(StandardCharsets.UTF_8),
            value(registry.idOf(type, answer.getSchema()), answer));
    Map.of(
            Headers.ID,
            UUID.randomUUID().toString(),
            Headers.TYPE,
            type,
            Headers.TIME,
            Instant.now().toString(),
            Headers.CORRELATION_ID,
            "conversation")
        .forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    var _ = producer.send(record);
  }

  private static byte[] value(int schemaId, SpecificRecord answer) {
    try (var out = new java.io.ByteArrayOutputStream()) {
      out.write(0);
      out.write(ByteBuffer.allocate(4).putInt(schemaId).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(answer.getSchema()).write(answer, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (java.io.IOException impossible) {
      throw new java.io.UncheckedIOException(impossible);
    }
  }

  private static Operation get(Operation operation) {
    return client.operations.getOperation(
        GetOperationRequest.newBuilder().setName(operation.getName()).build());
  }

  @Test
  void whoWaitsSeesItConfirmedByAnswersFromTheBroker() throws Exception {
    String study = client.openStudy(1);
    Operation accepted = client.enrollments.enrollPatient(enroll(study, "P1").build());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Operation> waiting =
          threads.submit(
              () ->
                  client.operations.waitOperation(
                      WaitOperationRequest.newBuilder().setName(accepted.getName()).build()));
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                participants.settle();
                return get(accepted).getDone();
              });
      assertThat(waiting.get(5, TimeUnit.SECONDS).hasResponse()).isTrue();
    }
  }

  @Test
  void anUnansweredCommandIsRepeatedByTheJob() {
    core.sagas().published(true);
    String study = client.openStudy(1);
    client.enrollments.enrollPatient(enroll(study, "P2").build());
    Awaitility.await()
        .atMost(Duration.ofSeconds(15))
        .until(
            () ->
                new StoredFixtures(core.jdbcUrl())
                    .count(
                        """
                        select count(*) from outbox.message
                         where type = 'accrual.capacity.reserve-slot.v1' and aggregateid = ?
                        """,
                        study + "/V1"),
            asked -> asked > 1);
  }

  @Test
  void healthSaysThatAnswersAreTakenIn() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest ask =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:%d/health/ready".formatted(core.httpPort())))
              .build();
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> http.send(ask, BodyHandlers.ofString()).body(),
              body -> body.contains("intake-enrollment-core-saga") && body.contains("RUNNING"));
    }
  }
}
