package org.accrual.systemtests;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What any gRPC tool asks a server it does not know. */
final class GrpcProbe {
  private GrpcProbe() {}

  static String health(int port, HealthCheckRequest request) {
    return asked(
        port,
        channel ->
            HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(request)
                .getStatus()
                .name());
  }

  static List<String> services(int port) {
    return asked(
        port,
        channel -> {
          CompletableFuture<List<String>> services = new CompletableFuture<>();
          StreamObserver<ServerReflectionRequest> ask =
              ServerReflectionGrpc.newStub(channel)
                  .withDeadlineAfter(10, TimeUnit.SECONDS)
                  .serverReflectionInfo(new Answer(services));
          ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
          try {
            return services.get(10, TimeUnit.SECONDS);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          } finally {
            ask.onCompleted();
          }
        });
  }

  private static <A> A asked(int port, Function<ManagedChannel, A> question) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      return question.apply(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private record Answer(CompletableFuture<List<String>> services)
      implements StreamObserver<ServerReflectionResponse> {
    @Override
    public void onNext(ServerReflectionResponse response) {
      services.complete(
          response.getListServicesResponse().getServiceList().stream()
              .map(ServiceResponse::getName)
              .toList());
    }

    @Override
    public void onError(Throwable failure) {
      services.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}
  }
}
