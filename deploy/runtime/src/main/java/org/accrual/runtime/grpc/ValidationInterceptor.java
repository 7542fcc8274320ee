package org.accrual.runtime.grpc;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import build.buf.validate.Violation;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Checks every request's size, its texts ({@link TextRules}) and the rules in its proto before a
 * service sees it.
 */
final class ValidationInterceptor implements ServerInterceptor {
  private final Validator validator = ValidatorFactory.newBuilder().build();
  private final int maxBytes;

  /**
   * @param maxBytes largest request in bytes. The transport's own limit lies above it, since what
   *     the transport refuses reaches the client without details.
   */
  ValidationInterceptor(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public <Q, A> Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata sent, ServerCallHandler<Q, A> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, sent)) {
      @Override
      public void onMessage(Q message) {
        if (message instanceof Message request) {
          check(request);
        }
        super.onMessage(message);
      }
    };
  }

  private void check(Message request) {
    int bytes = request.getSerializedSize();
    if (bytes > maxBytes) {
      throw Errors.of(
          Code.RESOURCE_EXHAUSTED,
          "MESSAGE_TOO_LARGE",
          "the request has %d bytes; %d are allowed".formatted(bytes, maxBytes),
          Map.of("bytes", Integer.toString(bytes), "max_bytes", Integer.toString(maxBytes)));
    }
    List<FieldViolation> violations = new ArrayList<>(TextRules.violations(request));
    validate(request).toProto().getViolationsList().stream()
        .map(ValidationInterceptor::described)
        .forEach(violations::add);
    if (!violations.isEmpty()) {
      throw Errors.invalid(violations);
    }
  }

  private ValidationResult validate(Message request) {
    try {
      return validator.validate(request);
    } catch (ValidationException brokenRule) {
      throw new IllegalStateException(
          "a rule of " + request.getDescriptorForType().getFullName() + " cannot be checked",
          brokenRule);
    }
  }

  private static FieldViolation described(Violation violation) {
    StringBuilder path = new StringBuilder();
    for (FieldPathElement element : violation.getField().getElementsList()) {
      path.append(path.isEmpty() ? "" : ".").append(element.getFieldName());
      switch (element.getSubscriptCase()) {
        case INDEX -> path.append('[').append(element.getIndex()).append(']');
        case STRING_KEY -> path.append(TextRules.subscript(element.getStringKey()));
        case BOOL_KEY, INT_KEY, UINT_KEY, SUBSCRIPT_NOT_SET -> {}
      }
    }
    return FieldViolation.newBuilder()
        .setField(path.toString())
        .setDescription(violation.getMessage())
        .setReason(
            violation.getRuleId().toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]+", "_"))
        .build();
  }
}
