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
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.accrual.runtime.Correlation;

/**
 * Errors as clients get them: a status, a message for people, and an {@code ErrorInfo} for
 * programs.
 */
public final class Errors {
  /** {@code ErrorInfo.domain} of every error of Accrual. */
  public static final String DOMAIN = "accrual";

  private static final int MAX_VIOLATIONS = 20;
  private static final int MAX_VIOLATIONS_IN_MESSAGE = 3;

  private Errors() {}

  /** Returns an error with a reason in UPPER_SNAKE and the ids it is about. */
  public static StatusRuntimeException of(
      Code code, String reason, String message, Map<String, String> about) {
    return StatusProto.toStatusRuntimeException(status(code, reason, message, inCall(about)));
  }

  /**
   * Returns an error with a RetryInfo.
   *
   * @param delay after which the client should try again; up to half of it is added at random, so
   *     that clients that failed together do not return together
   */
  public static StatusRuntimeException retryable(
      Code code, String reason, String message, Map<String, String> about, Duration delay) {
    long nanos = delay.toNanos() + ThreadLocalRandom.current().nextLong(delay.toNanos() / 2 + 1);
    Duration jittered = Duration.ofNanos(nanos);
    RetryInfo retry =
        RetryInfo.newBuilder()
            .setRetryDelay(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(jittered.toSeconds())
                    .setNanos(jittered.toNanosPart()))
            .build();
    return withDetail(status(code, reason, message, inCall(about)), retry);
  }

  /**
   * Returns INVALID_ARGUMENT. It names at most 20 fields, and how many more are wrong in {@code
   * violations_omitted}: error details travel in trailers, and clients take as little as 8 KiB.
   */
  public static StatusRuntimeException invalid(List<FieldViolation> violations) {
    List<FieldViolation> listed = violations.stream().limit(MAX_VIOLATIONS).toList();
    String message =
        listed.stream()
            .limit(MAX_VIOLATIONS_IN_MESSAGE)
            .map(violation -> violation.getField() + ": " + violation.getDescription())
            .collect(Collectors.joining("; "));
    int more = violations.size() - MAX_VIOLATIONS_IN_MESSAGE;
    int omitted = violations.size() - listed.size();
    return withDetail(
        status(
            Code.INVALID_ARGUMENT,
            "INVALID_ARGUMENT",
            more > 0 ? message + "; and " + more + " more" : message,
            inCall(
                omitted > 0 ? Map.of("violations_omitted", Integer.toString(omitted)) : Map.of())),
        BadRequest.newBuilder().addAllFieldViolations(listed).build());
  }

  /** Returns INVALID_ARGUMENT for one field. */
  public static StatusRuntimeException invalid(String field, String description) {
    return invalid(
        List.of(FieldViolation.newBuilder().setField(field).setDescription(description).build()));
  }

  /** Returns the status itself, for a message that carries one, such as an operation. */
  public static Status status(Code code, String reason, String message, Map<String, String> about) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setReason(reason)
            .setDomain(DOMAIN)
            .putAllMetadata(about)
            .putMetadata("retryable", Boolean.toString(Reasons.isRetryable(reason)))
            .build();
    return Status.newBuilder()
        .setCode(code.getNumber())
        .setMessage(message)
        .addDetails(Any.pack(info))
        .build();
  }

  /** Adds the correlation id of the failing call, by which its log lines and hops are found. */
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
