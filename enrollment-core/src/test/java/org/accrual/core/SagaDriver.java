package org.accrual.core;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Headers;
import org.accrual.contract.Topics;
import org.accrual.core.application.SagaAnswers;
import org.accrual.core.application.SagaRepetitions;
import org.accrual.core.application.SagaStore;
import org.accrual.core.domain.saga.SagaTiming;
import org.accrual.core.eventstore.Database;
import org.accrual.core.eventstore.PostgresSagas;
import org.accrual.core.saga.SagaEffects;
import org.accrual.core.saga.SagaRepeater;
import org.accrual.intake.BatchTransaction;
import org.accrual.intake.GateTable;
import org.accrual.intake.MessageDecoder;
import org.accrual.runtime.DatabaseSettings;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * Moves the sagas of a core from outside, as the intake and the repetition job do: with the
 * intake's own transaction, on the core's database.
 */
public final class SagaDriver implements AutoCloseable {
  public static final SagaTiming TIMING =
      new SagaTiming(Duration.ofSeconds(30), Duration.ofMinutes(10));

  private final Database database;
  private final BatchTransaction transaction;
  private final Supplier<SagaRepeater> repeaters;
  private SagaRepeater repeater;
  private final AtomicInteger setAside = new AtomicInteger();
  private final List<Schema> schemas = List.copyOf(EventSchemas.current().values());

  public SagaDriver(String jdbcUrl) {
    database =
        new Database(
            new DatabaseSettings(jdbcUrl, "postgres", ""),
            2,
            Duration.ofSeconds(5),
            Duration.ofSeconds(10));
    NoArgGenerator ids = Generators.timeBasedEpochGenerator();
    Function<Connection, SagaStore> stores =
        connection -> new PostgresSagas(connection, ids::generate, Duration.ofDays(30));
    transaction =
        new BatchTransaction(
            database.sagas(),
            new MessageDecoder(schemas::get),
            new GateTable("enrollment"),
            new SagaEffects(new SagaAnswers(_ -> {}), stores, InstantSource.system()));
    repeaters =
        () ->
            new SagaRepeater(
                database,
                new SagaRepetitions(TIMING, () -> 0),
                stores,
                TIMING,
                50,
                setAside::incrementAndGet);
    repeater = repeaters.get();
    published(true);
  }

  /** Lets the relay have published everything, or nothing. */
  public SagaDriver published(boolean everything) {
    return sql(
        """
        insert into ops.relay (slot, checkpoint, system_identifier, timeline)
        select 'test', '%s', c.system_identifier, c.timeline from outbox.cluster() c
        on conflict (slot) do update set checkpoint = excluded.checkpoint
        """
            .formatted(everything ? "FFFFFFFF/0" : "0/1"));
  }

  /** Lets time pass for the runs of a study. */
  public SagaDriver later(String study, Duration time) {
    // One that has been at work does not expect a run to become due in the past.
    repeater = repeaters.get();
    return sql(
        """
        update enrollment.saga s
           set due_at = due_at - interval '%1$s', expires_at = expires_at - interval '%1$s'
          from enrollment.attempt a
         where a.enrollment_id = s.enrollment_id and a.study_id = '%2$s'
        """
            .formatted(time, study));
  }

  private SagaDriver sql(String statement) {
    try (Connection connection = database.sagas().getConnection();
        Statement update = connection.createStatement()) {
      update.execute(statement);
      connection.commit();
      return this;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** Gives up what has expired and repeats what is due. */
  public void sweep() {
    repeater.expireSome();
    repeater.repeatSome();
  }

  /** Returns how many runs were set aside. */
  public int setAside() {
    return setAside.get();
  }

  /** Takes answers in, in one batch. */
  public void answer(SpecificRecord... answers) {
    answer(List.of(answers));
  }

  public void answer(List<? extends SpecificRecord> answers) {
    Map<String, String> headers = new HashMap<>();
    headers.put(Headers.CORRELATION_ID, "conversation");
    transaction.apply(answers.stream().map(a -> record(a, headers)).toList());
  }

  /** With the conversation and cause that a participant would have told. */
  public void answer(SpecificRecord answer, Map<String, String> headers) {
    transaction.apply(List.of(record(answer, headers)));
  }

  private ConsumerRecord<byte[], byte[]> record(SpecificRecord answer, Map<String, String> more) {
    Map<String, String> all = new HashMap<>();
    all.put(Headers.ID, UUID.randomUUID().toString());
    all.put(Headers.TYPE, EventSchemas.typeOf(answer.getSchema()));
    all.put(Headers.TIME, Instant.now().toString());
    all.putAll(more);
    RecordHeaders headers = new RecordHeaders();
    all.forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
    byte[] value = value(answer);
    return new ConsumerRecord<>(
        topic(answer),
        0,
        0L,
        0L,
        TimestampType.CREATE_TIME,
        1,
        value.length,
        "S/V".getBytes(StandardCharsets.UTF_8),
        value,
        headers,
        Optional.empty());
  }

  private static String topic(SpecificRecord answer) {
    String namespace = answer.getSchema().getNamespace();
    return Topics.of(namespace.substring(namespace.lastIndexOf('.') + 1) + ".events");
  }

  private byte[] value(SpecificRecord answer) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(0);
      out.write(ByteBuffer.allocate(4).putInt(schemas.indexOf(answer.getSchema())).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
      new SpecificDatumWriter<SpecificRecord>(answer.getSchema()).write(answer, encoder);
      encoder.flush();
      return out.toByteArray();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
