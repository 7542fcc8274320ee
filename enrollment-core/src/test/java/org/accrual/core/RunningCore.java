package org.accrual.core;

import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.longrunning.OperationsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.helidon.microprofile.server.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.accrual.embedded.SharedParts;
import org.flywaydb.core.Flyway;

/** enrollment-core as Helidon MP runs it, on free ports, with a channel to it. One at a time. */
public final class RunningCore implements AutoCloseable {
  private final Server server;
  private final ManagedChannel channel;
  private final int httpPort;
  private final String jdbcUrl;
  private final SagaDriver sagas;
  private final OutboxParticipants participants;

  private RunningCore(Server server, ManagedChannel channel, int httpPort, String jdbcUrl) {
    this.server = server;
    this.channel = channel;
    this.httpPort = httpPort;
    this.jdbcUrl = jdbcUrl;
    this.sagas = new SagaDriver(jdbcUrl);
    this.participants = new OutboxParticipants(jdbcUrl, answers -> sagas.answer(answers));
  }

  /** On a fresh, migrated database. */
  public static RunningCore start() {
    return start(migratedDatabase(), Map.of());
  }

  public static RunningCore start(String jdbcUrl, Map<String, String> settings) {
    int grpcPort = freePort();
    int httpPort = freePort();
    CoreFixtures.keys().forEach(System::setProperty);
    // Answers are fed by the test, and nothing here may reach a broker that runs on this machine.
    System.setProperty("accrual.saga.enabled", "false");
    System.setProperty("accrual.database.url", jdbcUrl);
    System.setProperty("accrual.grpc.port", Integer.toString(grpcPort));
    System.setProperty("accrual.http.port", Integer.toString(httpPort));
    settings.forEach(System::setProperty);
    Server server = Server.builder().host("127.0.0.1").port(httpPort).build().start();
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", grpcPort).usePlaintext().build();
    return new RunningCore(server, channel, httpPort, jdbcUrl);
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

  /** The operation once the participants have answered whatever was asked of them. */
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
  }

  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }
}
