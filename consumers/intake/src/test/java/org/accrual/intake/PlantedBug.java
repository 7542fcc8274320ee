package org.accrual.intake;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Faults of a probe's process: bugs that a crash test must find, and a death at one point. */
enum PlantedBug {
  NONE,
  /** Effects without the version gate. */
  SKIP_GATE,
  /** The offset is recorded before the effects, in a transaction of its own. */
  OFFSET_OUTSIDE_THE_TRANSACTION,
  /** No bug: the process dies after its transaction and before the offset is copied to Kafka. */
  DIE_BEFORE_OFFSET_COMMIT;

  static final int DEATH = 137;

  BatchHandler handler(HikariDataSource database, MessageDecoder decoder, BatchTransaction sound) {
    return switch (this) {
      case SKIP_GATE -> records -> applyUngated(database, decoder, records);
      case OFFSET_OUTSIDE_THE_TRANSACTION ->
          records -> {
            recordOffsets(database, decoder.decode(records).decoded());
            return sound.apply(records);
          };
      case NONE, DIE_BEFORE_OFFSET_COMMIT -> sound::apply;
    };
  }

  private static void recordOffsets(HikariDataSource database, List<Decoded> records) {
    try (Connection connection = database.getConnection()) {
      OffsetTable.advance(connection, "probe", records);
      connection.commit();
    } catch (SQLException e) {
      throw new TransientFailure("the database is away", e);
    }
    // Wide enough that a kill falls into it in most runs.
    LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
  }

  Supplier<Consumer<byte[], byte[]>> kafka(Map<String, Object> settings) {
    return switch (this) {
      case NONE, SKIP_GATE, OFFSET_OUTSIDE_THE_TRANSACTION -> () -> new KafkaConsumer<>(settings);
      case DIE_BEFORE_OFFSET_COMMIT -> () -> diesAtCommit(new KafkaConsumer<>(settings));
    };
  }

  private static Consumer<byte[], byte[]> diesAtCommit(KafkaConsumer<byte[], byte[]> real) {
    return proxy(
        (_, method, arguments) -> {
          if (method.getName().startsWith("commit")) {
            Runtime.getRuntime().halt(DEATH);
          }
          return invoke(real, method, arguments);
        });
  }

  @SuppressWarnings("unchecked") // a proxy has no type arguments
  private static Consumer<byte[], byte[]> proxy(InvocationHandler handler) {
    return (Consumer<byte[], byte[]>)
        Proxy.newProxyInstance(
            Consumer.class.getClassLoader(), new Class<?>[] {Consumer.class}, handler);
  }

  private static Object invoke(Object real, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static BatchResult applyUngated(
      HikariDataSource database,
      MessageDecoder decoder,
      List<ConsumerRecord<byte[], byte[]>> records) {
    try (Connection connection = database.getConnection()) {
      ProbeTables.append(
          connection, decoder.decode(records).decoded().stream().map(Message.class::cast).toList());
      connection.commit();
      return new BatchResult(records.size(), 0, 0, Map.of(), List.of());
    } catch (SQLException e) {
      throw new TransientFailure("the database cannot do it now", e);
    }
  }
}
