package org.accrual.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceImplBase;
import org.accrual.api.query.v1.WatchEnrollmentRequest;
import org.accrual.api.query.v1.WatchEnrollmentResponse;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.grpc.ServerStreams.Telling;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerStreamsTest {
  private final ServerStreams streams = new ServerStreams();
  private volatile Telling<WatchEnrollmentResponse> telling = stream -> {};
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerInterceptors.intercept(
                    new Service(), new ErrorInterceptor(), new CorrelationInterceptor()))
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void answersArriveInOrderAndTheStreamEnds() {
    telling =
        stream -> {
          for (int version = 1; version <= 1000; version++) {
            stream.send(answer(version));
          }
        };

    List<Long> versions = new ArrayList<>();
    watch().forEachRemaining(answer -> versions.add(answer.getVersion()));

    assertThat(versions).hasSize(1000).isSorted().startsWith(1L).endsWith(1000L);
  }

  @Test
  void aCallerThatDoesNotReadHoldsItsOwnStreamUp() throws Exception {
    AtomicLong sent = new AtomicLong();
    CountDownLatch ended = new CountDownLatch(1);
    String reason = "x".repeat(1000);
    telling =
        stream -> {
          while (stream.send(
              answer(sent.incrementAndGet()).toBuilder().setReason(reason).build())) {
            // Until the caller leaves.
          }
          ended.countDown();
        };

    Context.CancellableContext call = Context.current().withCancellation();
    call.run(() -> watch().next());
    // The windows of HTTP/2 hold less than this; unbounded, it would be passed in no time.
    assertThat(ended.await(500, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(sent).hasValueLessThan(2000);

    call.cancel(null);
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aStopEndsEveryStreamWithAReasonToComeAgain() {
    telling =
        stream -> {
          stream.send(answer(1));
          streams.stop("stopping");
          assertThat(stream.isOpen()).isFalse();
        };

    Iterator<WatchEnrollmentResponse> answers = watch();
    assertThat(answers.next().getVersion()).isEqualTo(1);

    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, answers::hasNext);
    assertThat(error.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.UNAVAILABLE);
    assertThat(reason(error)).isEqualTo("SERVER_STOPPING");
  }

  @Test
  void whatIsThrownIsTheCallersError() {
    telling =
        stream -> {
          String id = Correlation.current().map(Correlation::id).orElse("");
          throw Errors.of(Code.NOT_FOUND, "GONE", "it is gone", Map.of("correlation", id));
        };

    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> watch().hasNext());

    assertThat(error.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.NOT_FOUND);
    assertThat(reason(error)).isEqualTo("GONE");
    assertThat(info(error).getMetadataOrThrow("correlation")).isNotEmpty();
  }

  @Test
  void aFaultIsAnsweredWithoutItsText() {
    telling =
        stream -> {
          throw new IllegalStateException("secret");
        };

    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> watch().hasNext());

    assertThat(error.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.INTERNAL);
    assertThat(error.getMessage()).doesNotContain("secret");
  }

  private Iterator<WatchEnrollmentResponse> watch() {
    return EnrollmentQueryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .watchEnrollment(WatchEnrollmentRequest.getDefaultInstance());
  }

  private static WatchEnrollmentResponse answer(long version) {
    return WatchEnrollmentResponse.newBuilder().setVersion(version).build();
  }

  private static String reason(StatusRuntimeException error) {
    return info(error).getReason();
  }

  private static ErrorInfo info(StatusRuntimeException error) {
    try {
      for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class);
        }
      }
      throw new AssertionError("no ErrorInfo in " + error);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private final class Service extends EnrollmentQueryServiceImplBase {
    @Override
    public void watchEnrollment(
        WatchEnrollmentRequest request, StreamObserver<WatchEnrollmentResponse> answer) {
      streams.start("WatchEnrollment", answer, telling);
    }
  }
}
