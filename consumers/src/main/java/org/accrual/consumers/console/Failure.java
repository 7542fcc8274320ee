package org.accrual.consumers.console;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;

/**
 * An error as a page shows it.
 *
 * @param code of gRPC
 * @param reason in UPPER_SNAKE
 * @param correlationId by which the log line is found; empty if none came back
 * @param retryMillis after which it may be tried again; 0 if nothing was said
 * @param fields what is wrong with which field, as {@code field: description}
 */
record Failure(
    String code,
    String reason,
    String message,
    String correlationId,
    long retryMillis,
    List<String> fields) {

  static Failure of(StatusRuntimeException error, String correlationId) {
    String message = Optional.ofNullable(error.getStatus().getDescription()).orElse("");
    return new Failure(
        error.getStatus().getCode().name(),
        detail(error, ErrorInfo.class).map(ErrorInfo::getReason).orElse(""),
        message.isEmpty() ? "no answer" : message,
        correlationId,
        detail(error, RetryInfo.class).map(Failure::millis).orElse(0L),
        detail(error, BadRequest.class).map(Failure::fields).orElse(List.of()));
  }

  private static long millis(RetryInfo retry) {
    return retry.getRetryDelay().getSeconds() * 1000 + retry.getRetryDelay().getNanos() / 1_000_000;
  }

  private static List<String> fields(BadRequest request) {
    return request.getFieldViolationsList().stream()
        .map(each -> each.getField() + ": " + each.getDescription())
        .toList();
  }

  private static <D extends Message> Optional<D> detail(
      StatusRuntimeException error, Class<D> type) {
    return Optional.ofNullable(StatusProto.fromThrowable(error)).stream()
        .flatMap(status -> status.getDetailsList().stream())
        .filter(detail -> detail.is(type))
        .findFirst()
        .map(detail -> unpacked(detail, type));
  }

  private static <D extends Message> D unpacked(Any detail, Class<D> type) {
    try {
      return detail.unpack(type);
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalStateException("an error's detail cannot be read", broken);
    }
  }
}
