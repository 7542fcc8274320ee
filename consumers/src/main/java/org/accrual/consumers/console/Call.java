package org.accrual.consumers.console;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.util.Objects;
import org.accrual.runtime.grpc.Errors;

/**
 * One method that a browser may call.
 *
 * @param ofCore whether enrollment-core serves it
 * @param reads whether it changes nothing, so that it may be called again and again
 */
record Call(MethodDescriptor<Message, Message> method, boolean ofCore, boolean reads) {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .alwaysPrintFieldsWithNoPresence()
          .omittingInsignificantWhitespace()
          .sortingMapKeys();

  /** Returns whether it is a stream of responses. */
  boolean isStream() {
    return method.getType() == MethodType.SERVER_STREAMING;
  }

  Message request(String json) {
    Message.Builder request =
        Objects.requireNonNull(
                ((PrototypeMarshaller<Message>) method.getRequestMarshaller())
                    .getMessagePrototype())
            .newBuilderForType();
    try {
      JsonFormat.parser().merge(json, request);
      return request.build();
    } catch (InvalidProtocolBufferException notThis) {
      throw Errors.invalid("request", "cannot be read: " + notThis.getMessage());
    }
  }

  static String answer(Message message) {
    try {
      return PRINTER.print(Blindfold.over(message));
    } catch (InvalidProtocolBufferException unknownAny) {
      throw new IllegalStateException("an answer cannot be written as JSON", unknownAny);
    }
  }
}
