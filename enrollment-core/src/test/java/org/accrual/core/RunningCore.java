package org.accrual.core;

import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.helidon.microprofile.server.Server;
import java.util.HashMap;
import java.util.Map;
import org.accrual.embedded.FreePort;
import org.accrual.embedded.SharedParts;
import org.flywaydb.core.Flyway;

/** Runs enrollment-core in Helidon MP on free ports, with a channel to it. One at a time. */
public final class RunningCore implements AutoCloseable {
  private final TemporaryProperties properties;
  private final Server server;
  private final ManagedChannel channel;
  private final int httpPort;
  private final String jdbcUrl;
  private final SagaDriver sagas;
  private final OutboxParticipants participants;

  private RunningCore(
      TemporaryProperties properties,
      Server server,
      ManagedChannel channel,
      int httpPort,
      String jdbcUrl) {
    this.properties = properties;
    this.server = server;
    this.channel = channel;
    this.httpPort = httpPort;
    this.jdbcUrl = jdbcUrl;
    this.sagas = new SagaDriver(jdbcUrl);
    this.participants = new OutboxParticipants(jdbcUrl, answers -> sagas.answer(answers));
  }

  /** Starts a core on a fresh, migrated database. */
  public static RunningCore start() {
    return start(migratedDatabase(), Map.of());
  }

  public static RunningCore start(String jdbcUrl, Map<String, String> settings) {
    int grpcPort = FreePort.pick();
    int httpPort = FreePort.pick();
    Map<String, String> all = new HashMap<>(CoreFixtures.keys());
    // Answers are fed by the test, and nothing here may reach a broker that runs on this machine.
    all.put("accrual.saga.enabled", "false");
    all.put("accrual.database.url", jdbcUrl);
    all.put("accrual.grpc.port", Integer.toString(grpcPort));
    all.put("accrual.http.port", Integer.toString(httpPort));
    all.putAll(settings);
    TemporaryProperties properties = new TemporaryProperties(all);
    try {
      Server server = Server.builder().host("127.0.0.1").port(httpPort).build().start();
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", grpcPort)
              .usePlaintext()
              .intercept(new CallDeadline())
              .build();
      return new RunningCore(properties, server, channel, httpPort, jdbcUrl);
    } catch (RuntimeException e) {
      properties.close();
      throw e;
    }
  }

  public static String migratedDatabase() {
    return SharedParts.database(
        "core",
        url ->
            Flyway.configure()
                .dataSource(url, "postgres", "")
                .locations("classpath:db/migration")
                .load()
                .migrate());
  }

  public ManagedChannel channel() {
    return channel;
  }

  public int httpPort() {
    return httpPort;
  }

  public String jdbcUrl() {
    return jdbcUrl;
  }

  public SagaDriver sagas() {
    return sagas;
  }

  public OutboxParticipants participants() {
    return participants;
  }

  /** Returns the operation once the participants have answered everything they were asked. */
  public Operation settled(Operation accepted) {
    participants.settle();
    return OperationsGrpc.newBlockingStub(channel)
        .getOperation(GetOperationRequest.newBuilder().setName(accepted.getName()).build());
  }

  @Override
  public void close() {
    sagas.close();
    channel.shutdownNow();
    server.stop();
    properties.close();
  }
}
