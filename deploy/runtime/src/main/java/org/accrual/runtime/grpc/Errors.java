package org.accrual.runtime.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.accrual.runtime.Correlation;

/**
 * Errors as clients get them: a status, a message for people, and an {@code ErrorInfo} for
 * programs.
 */
public final class Errors {
  /** {@code ErrorInfo.domain} of every error of ours. */
  public static final String DOMAIN = "accrual";

  private Errors() {}

  /** An error with a reason in UPPER_SNAKE and what it is about. */
  public static StatusRuntimeException of(
      Code code, String reason, String message, Map<String, String> about) {
    return StatusProto.toStatusRuntimeException(status(code, reason, message, inCall(about)));
  }

  /** One that may pass: the client should wait that long and try again. */
  public static StatusRuntimeException retryable(
      Code code, String reason, String message, Map<String, String> about, Duration delay) {
    RetryInfo retry =
        RetryInfo.newBuilder()
            .setRetryDelay(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(delay.toSeconds())
                    .setNanos(delay.toNanosPart()))
            .build();
    return withDetail(status(code, reason, message, inCall(about)), retry);
  }

  /** INVALID_ARGUMENT, naming each field that is wrong. */
  public static StatusRuntimeException invalid(List<FieldViolation> violations) {
    StringBuilder message = new StringBuilder();
    for (FieldViolation violation : violations) {
      message
          .append(message.isEmpty() ? "" : "; ")
          .append(violation.getField())
          .append(": ")
          .append(violation.getDescription());
    }
    return withDetail(
        status(Code.INVALID_ARGUMENT, "INVALID_ARGUMENT", message.toString(), inCall(Map.of())),
        BadRequest.newBuilder().addAllFieldViolations(violations).build());
  }

  /** INVALID_ARGUMENT for one field. */
  public static StatusRuntimeException invalid(String field, String description) {
    return invalid(
        List.of(FieldViolation.newBuilder().setField(field).setDescription(description).build()));
  }

  /** The status itself, for where it is carried and not thrown, as in an operation. */
  public static Status status(Code code, String reason, String message, Map<String, String> about) {
    ErrorInfo info =
        ErrorInfo.newBuilder().setReason(reason).setDomain(DOMAIN).putAllMetadata(about).build();
    return Status.newBuilder()
        .setCode(code.getNumber())
        .setMessage(message)
        .addDetails(Any.pack(info))
        .build();
  }

  /** With the correlation id of the call that fails: what its log lines and hops are found by. */
  private static Map<String, String> inCall(Map<String, String> about) {
    return Correlation.current()
        .map(
            correlation -> {
              Map<String, String> all = new HashMap<>(about);
              all.putIfAbsent("correlation_id", correlation.id());
              return all;
            })
        .orElse(about);
  }

  private static StatusRuntimeException withDetail(Status status, Message detail) {
    return StatusProto.toStatusRuntimeException(
        status.toBuilder().addDetails(Any.pack(detail)).build());
  }
}
