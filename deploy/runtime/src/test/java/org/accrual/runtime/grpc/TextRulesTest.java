package org.accrual.runtime.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.OperationsProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest.FieldViolation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.accrual.api.enrollment.v1.EnrollmentServiceOuterClass;
import org.accrual.api.notification.v1.NotificationServiceOuterClass;
import org.accrual.api.ops.v1.DeadLetterServiceOuterClass;
import org.accrual.api.ops.v1.ProjectionAdminServiceOuterClass;
import org.accrual.api.query.v1.AuditQueryServiceOuterClass;
import org.accrual.api.query.v1.EnrollmentQueryServiceOuterClass;
import org.accrual.api.query.v1.EventFlow;
import org.accrual.api.query.v1.KitQueryServiceOuterClass;
import org.accrual.api.study.v1.StudyServiceOuterClass;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextRulesTest {
  private static final List<FileDescriptor> SERVICES =
      List.of(
          StudyServiceOuterClass.getDescriptor(),
          EnrollmentServiceOuterClass.getDescriptor(),
          OperationsProto.getDescriptor(),
          EnrollmentQueryServiceOuterClass.getDescriptor(),
          AuditQueryServiceOuterClass.getDescriptor(),
          EventFlow.getDescriptor(),
          KitQueryServiceOuterClass.getDescriptor(),
          DeadLetterServiceOuterClass.getDescriptor(),
          ProjectionAdminServiceOuterClass.getDescriptor(),
          NotificationServiceOuterClass.getDescriptor());

  static Stream<Descriptor> requests() {
    return SERVICES.stream()
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream())
        .map(method -> method.getInputType())
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("requests")
  @DisplayName("U+0000 in any text of any request is refused, and its field named")
  void everyTextOfEveryRequest(Descriptor request) {
    spoiled(request)
        .forEach(
            (field, message) ->
                assertThat(TextRules.violations(message))
                    .extracting(FieldViolation::getField)
                    .containsOnly(field));
  }

  /** Returns for each text of a message its field path, and a message with U+0000 in that text. */
  private static Map<String, Message> spoiled(Descriptor type) {
    Map<String, Message> messages = new LinkedHashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      String name = field.getName();
      if (field.isMapField()) {
        spoiled(field.getMessageType())
            .forEach(
                (part, entry) ->
                    messages.put(
                        name + (part.equals("key") ? "[\"a\uFFFD\"]" : "[\"\"]"),
                        with(field, entry)));
      } else if (field.getJavaType() == JavaType.STRING) {
        messages.put(field.isRepeated() ? name + "[0]" : name, with(field, "a\0"));
      } else if (field.getJavaType() == JavaType.MESSAGE) {
        spoiled(field.getMessageType())
            .forEach(
                (inner, message) ->
                    messages.put(
                        name + (field.isRepeated() ? "[0]." : ".") + inner, with(field, message)));
      }
    }
    return messages;
  }

  private static Message with(FieldDescriptor field, Object value) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(field.getContainingType());
    return field.isRepeated()
        ? message.addRepeatedField(field, value).build()
        : message.setField(field, value).build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0",
        "\r",
        "\u001B[31m",
        "\u007F",
        "\u0085",
        "\u202E",
        "\u2066",
        "\uD800",
        "\uDC00a"
      })
  void refusesForbiddenCharacters(String text) {
    assertThat(TextRules.problem("a" + text, true)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Käthe", "日本語", "שלום", "😀", "a\u00A0b"})
  void acceptsOtherTexts(String text) {
    assertThat(TextRules.problem(text, false)).isEmpty();
  }

  @Test
  @DisplayName("Free texts have line breaks and tabs, other texts do not")
  void lineBreaks() {
    assertThat(TextRules.problem("two\n\tlines", true)).isEmpty();
    assertThat(TextRules.problem("two\nlines", false))
        .contains("must not have the character U+000A");
  }

  @Test
  @DisplayName("A text in decomposed form is refused: it looks like another that is not equal")
  void normalForm() {
    assertThat(TextRules.problem("Cafe\u0301", false))
        .contains("must be in Unicode normalization form C");
  }
}
