package org.accrual.intake;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.InvocationTargetException;
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
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Faults that a crash test must find, or it proves nothing. */
enum PlantedBug {
  NONE,
  /** Effects without the version gate. */
  SKIP_GATE,
  /** The offset is committed before the effects are. */
  COMMIT_OFFSET_FIRST;

  BatchHandler handler(HikariDataSource database, MessageDecoder decoder, BatchTransaction sound) {
    return this == SKIP_GATE ? records -> applyUngated(database, decoder, records) : sound::apply;
  }

  @SuppressWarnings("unchecked")
  Supplier<Consumer<byte[], byte[]>> kafka(Map<String, Object> settings) {
    if (this != COMMIT_OFFSET_FIRST) {
      return () -> new KafkaConsumer<>(settings);
    }
    return () -> {
      KafkaConsumer<byte[], byte[]> real = new KafkaConsumer<>(settings);
      return (Consumer<byte[], byte[]>)
          Proxy.newProxyInstance(
              Consumer.class.getClassLoader(),
              new Class<?>[] {Consumer.class},
              (_, method, arguments) -> {
                try {
                  Object answer = method.invoke(real, arguments);
                  if (answer instanceof ConsumerRecords<?, ?> records && !records.isEmpty()) {
                    real.commitSync(records.nextOffsets());
                    // Wide enough that a kill falls into it in most runs.
                    LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
                  }
                  return answer;
                } catch (InvocationTargetException thrown) {
                  throw thrown.getCause();
                }
              });
    };
  }

  private static BatchResult applyUngated(
      HikariDataSource database,
      MessageDecoder decoder,
      List<ConsumerRecord<byte[], byte[]>> records) {
    try (Connection connection = database.getConnection()) {
      ProbeTables.append(
          connection, decoder.decode(records).stream().map(Message.class::cast).toList());
      connection.commit();
      return new BatchResult(records.size(), 0, 0, Map.of(), List.of());
    } catch (SQLException e) {
      throw new TransientFailure("the database cannot do it now", e);
    }
  }
}
