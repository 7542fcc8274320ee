package org.accrual.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceBlockingStub;
import org.accrual.api.query.v1.EnrollmentQueryServiceGrpc.EnrollmentQueryServiceImplBase;
import org.accrual.api.query.v1.ListEnrollmentsRequest;
import org.accrual.api.query.v1.ListEnrollmentsResponse;
import org.accrual.runtime.Correlation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InterceptorsTest {
  private static final Metadata.Key<String> CORRELATION =
      Metadata.Key.of("x-correlation-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> ACTOR =
      Metadata.Key.of("x-actor", Metadata.ASCII_STRING_MARSHALLER);

  private final AtomicReference<Correlation> seen = new AtomicReference<>();
  private volatile Supplier<ListEnrollmentsResponse> work =
      ListEnrollmentsResponse::getDefaultInstance;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerInterceptors.intercept(
                    new Service(),
                    new ValidationInterceptor(2048),
                    new ErrorInterceptor(),
                    new CorrelationInterceptor()))
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private EnrollmentQueryServiceBlockingStub stub() {
    return EnrollmentQueryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  @Test
  void carriesTheCallersCorrelationIdThroughAndBack() {
    Metadata sent = new Metadata();
    sent.put(CORRELATION, "conversation-1");
    sent.put(ACTOR, "nurse-7");
    AtomicReference<Metadata> headers = new AtomicReference<>();

    stub()
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(sent),
            MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
        .listEnrollments(ListEnrollmentsRequest.getDefaultInstance());

    assertThat(seen.get()).isEqualTo(new Correlation("conversation-1", "nurse-7", ""));
    assertThat(headers.get().get(CORRELATION)).isEqualTo("conversation-1");
  }

  @Test
  void makesAnIdWhereNoneOrABadOneIsSent() {
    Metadata sent = new Metadata();
    sent.put(CORRELATION, "no spaces allowed");

    stub()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(sent))
        .listEnrollments(ListEnrollmentsRequest.getDefaultInstance());

    assertThat(seen.get().id()).hasSize(36).doesNotContain(" ");
  }

  @Test
  void namesEachFieldThatBreaksARule() throws Exception {
    ListEnrollmentsRequest wrong =
        ListEnrollmentsRequest.newBuilder()
            .setStudyId("no/slash")
            .setPageSize(-1)
            .setStateValue(99)
            .build();

    com.google.rpc.Status status = refused(wrong);

    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT.getNumber());
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("INVALID_ARGUMENT");
    assertThat(detail(status, ErrorInfo.class).getDomain()).isEqualTo("accrual");
    assertThat(detail(status, BadRequest.class).getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactlyInAnyOrder("study_id", "page_size", "state");
    assertThat(seen).hasValue(null);
  }

  @Test
  @DisplayName("A control character in a text is refused and its field named")
  void refusesControlCharacters() throws Exception {
    com.google.rpc.Status status =
        refused(ListEnrollmentsRequest.newBuilder().setMinConsistencyToken("a\0b").build());

    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT.getNumber());
    FieldViolation violation = detail(status, BadRequest.class).getFieldViolations(0);
    assertThat(violation.getField()).isEqualTo("min_consistency_token");
    assertThat(violation.getDescription()).contains("U+0000").doesNotContain("\0");
    assertThat(seen).hasValue(null);
  }

  @Test
  @DisplayName("An answer names 20 of 400 violations, and the connection serves the next call")
  void boundsTheViolationsOfAnAnswer() throws Exception {
    List<FieldViolation> violations =
        IntStream.range(0, 400)
            .mapToObj(
                i ->
                    FieldViolation.newBuilder()
                        .setField("kits[%d].kit_id".formatted(i))
                        .setDescription("does not match regex pattern `^[A-Za-z0-9._-]{1,64}$`")
                        .setReason("STRING_PATTERN")
                        .build())
            .toList();
    work =
        () -> {
          throw Errors.invalid(violations);
        };

    com.google.rpc.Status status = refused(ListEnrollmentsRequest.getDefaultInstance());

    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT.getNumber());
    assertThat(status.getMessage()).endsWith("and 397 more");
    assertThat(detail(status, BadRequest.class).getFieldViolationsList()).hasSize(20);
    assertThat(detail(status, ErrorInfo.class).getMetadataMap())
        .containsEntry("violations_omitted", "380");
    assertThat(status.getSerializedSize()).isLessThan(5000);
    work = ListEnrollmentsResponse::getDefaultInstance;
    assertThat(stub().listEnrollments(ListEnrollmentsRequest.getDefaultInstance())).isNotNull();
  }

  @Test
  void refusesAnOversizeRequestWithDetails() throws Exception {
    com.google.rpc.Status status =
        refused(ListEnrollmentsRequest.newBuilder().setPageToken("x".repeat(3000)).build());

    assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED.getNumber());
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("MESSAGE_TOO_LARGE");
    assertThat(detail(status, ErrorInfo.class).getMetadataMap()).containsEntry("max_bytes", "2048");
  }

  @Test
  void passesTheServicesErrorsOn() throws Exception {
    work =
        () -> {
          throw Errors.of(
              Code.NOT_FOUND, "STUDY_NOT_FOUND", "keine Studie „X“", Map.of("study_id", "X"));
        };

    com.google.rpc.Status status = refused(ListEnrollmentsRequest.getDefaultInstance());

    assertThat(status.getCode()).isEqualTo(Code.NOT_FOUND.getNumber());
    assertThat(status.getMessage()).isEqualTo("keine Studie „X“");
    assertThat(detail(status, ErrorInfo.class).getMetadataMap()).containsEntry("study_id", "X");
  }

  @Test
  void hidesAFaultButSaysHowToFindIt() throws Exception {
    work =
        () -> {
          throw new IllegalStateException("secret of the inside");
        };

    com.google.rpc.Status status = refused(ListEnrollmentsRequest.getDefaultInstance());

    assertThat(status.getCode()).isEqualTo(Code.INTERNAL.getNumber());
    assertThat(status.getMessage()).doesNotContain("secret").contains(seen.get().id());
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("INTERNAL");
  }

  private com.google.rpc.Status refused(ListEnrollmentsRequest request) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub().listEnrollments(request));
    return StatusProto.fromThrowable(error);
  }

  private static <M extends com.google.protobuf.Message> M detail(
      com.google.rpc.Status status, Class<M> type) throws InvalidProtocolBufferException {
    List<Any> details = status.getDetailsList().stream().filter(any -> any.is(type)).toList();
    assertThat(details).hasSize(1);
    return details.get(0).unpack(type);
  }

  private final class Service extends EnrollmentQueryServiceImplBase {
    @Override
    public void listEnrollments(
        ListEnrollmentsRequest request, StreamObserver<ListEnrollmentsResponse> answer) {
      seen.set(Correlation.CURRENT.get());
      answer.onNext(work.get());
      answer.onCompleted();
    }
  }
}
