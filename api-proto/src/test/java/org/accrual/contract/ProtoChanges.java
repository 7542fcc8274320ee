package org.accrual.contract;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The contract as it would be after changes that break clients, one of each kind. */
final class ProtoChanges {
  private static final String ENROLLMENT = "accrual/enrollment/v1/enrollment.proto";
  private static final String COMMANDS = "accrual/enrollment/v1/enrollment_service.proto";
  private static final String STUDIES = "accrual/study/v1/study_service.proto";
  private static final String QUERIES = "accrual/query/v1/enrollment_query_service.proto";
  private static final String LETTERS = "accrual/ops/v1/dead_letter_service.proto";
  private static final String PROJECTIONS = "accrual/ops/v1/projection_admin_service.proto";

  /** By buf's name of the rule, what the message must name. */
  static final Map<String, List<String>> NAMED =
      Map.ofEntries(
          Map.entry("FIELD_NO_DELETE", List.of("screened_by", "ScreenPatientRequest")),
          Map.entry("FIELD_SAME_TYPE", List.of("reason", "TakeOffStudyRequest")),
          Map.entry("FIELD_SAME_NAME", List.of("withdrawn_by", "WithdrawPatientRequest")),
          Map.entry("FIELD_SAME_JSON_NAME", List.of("withdrawnBy", "WithdrawPatientRequest")),
          Map.entry("FIELD_SAME_CARDINALITY", List.of("arms", "RegisterStudyRequest")),
          Map.entry("MESSAGE_NO_DELETE", List.of("StartFollowUpRequest")),
          Map.entry("RPC_NO_DELETE", List.of("StartFollowUp", "EnrollmentService")),
          Map.entry("RPC_SAME_REQUEST_TYPE", List.of("ActivateStudy", "StudyService")),
          Map.entry("RPC_SAME_RESPONSE_TYPE", List.of("CompleteStudy", "StudyService")),
          Map.entry("RPC_SAME_SERVER_STREAMING", List.of("GetStudyAccrual")),
          Map.entry("ENUM_VALUE_NO_DELETE", List.of("EnrollmentState")),
          Map.entry("ENUM_VALUE_SAME_NAME", List.of("STUDY_STATE_COMPLETED", "StudyState")),
          Map.entry("SERVICE_NO_DELETE", List.of("DeadLetterService")),
          Map.entry("FILE_NO_DELETE", List.of("projection_admin_service.proto")),
          Map.entry("FILE_SAME_JAVA_PACKAGE", List.of("java_package")));

  private ProtoChanges() {}

  static FileDescriptorSet all(FileDescriptorSet image) {
    FileDescriptorSet.Builder changed = FileDescriptorSet.newBuilder();
    for (FileDescriptorProto file : image.getFileList()) {
      if (!file.getName().equals(PROJECTIONS)) {
        FileDescriptorProto.Builder builder = file.toBuilder().clearSourceCodeInfo();
        change(builder);
        changed.addFile(builder);
      }
    }
    return changed.build();
  }

  private static void change(FileDescriptorProto.Builder file) {
    switch (file.getName()) {
      case ENROLLMENT -> valueGone(file.getEnumTypeBuilderList());
      case COMMANDS -> {
        fieldGone(message(file, "ScreenPatientRequest"), "screened_by");
        field(
            file, "TakeOffStudyRequest", "reason", f -> f.setType(Type.TYPE_BYTES).clearOptions());
        field(
            file, "WithdrawPatientRequest", "withdrawn_by", f -> f.setName("by").setJsonName("by"));
        methodGone(file.getServiceBuilder(0), "StartFollowUp");
        messageGone(file, "StartFollowUpRequest");
      }
      case STUDIES -> {
        field(
            file,
            "RegisterStudyRequest",
            "arms",
            f -> f.setLabel(Label.LABEL_OPTIONAL).clearOptions());
        method(file, "ActivateStudy", m -> m.setInputType(".accrual.study.v1.GetStudyRequest"));
        method(file, "CompleteStudy", m -> m.setOutputType(".accrual.study.v1.GetStudyResponse"));
        renamed(file.getEnumTypeBuilder(0), "STUDY_STATE_COMPLETED", "STUDY_STATE_DONE");
      }
      case QUERIES -> {
        method(file, "GetStudyAccrual", m -> m.setServerStreaming(true));
        file.getOptionsBuilder().setJavaPackage("org.accrual.elsewhere");
      }
      case LETTERS -> file.clearService();
      default -> {}
    }
  }

  private static DescriptorProto.Builder message(FileDescriptorProto.Builder file, String name) {
    return file.getMessageTypeBuilder(messageIndex(file, name));
  }

  private static int messageIndex(FileDescriptorProto.Builder file, String name) {
    return IntStream.range(0, file.getMessageTypeCount())
        .filter(i -> file.getMessageType(i).getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no message " + name));
  }

  private static void messageGone(FileDescriptorProto.Builder file, String name) {
    file.removeMessageType(messageIndex(file, name));
  }

  private static void field(
      FileDescriptorProto.Builder file,
      String message,
      String name,
      Consumer<FieldDescriptorProto.Builder> change) {
    change.accept(
        message(file, message).getFieldBuilderList().stream()
            .filter(field -> field.getName().equals(name))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no field " + name)));
  }

  private static void fieldGone(DescriptorProto.Builder message, String name) {
    message.removeField(
        IntStream.range(0, message.getFieldCount())
            .filter(i -> message.getField(i).getName().equals(name))
            .findFirst()
            .orElseThrow());
  }

  private static void method(
      FileDescriptorProto.Builder file,
      String name,
      Consumer<MethodDescriptorProto.Builder> change) {
    change.accept(
        file.getServiceBuilder(0).getMethodBuilderList().stream()
            .filter(method -> method.getName().equals(name))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no method " + name)));
  }

  private static void methodGone(ServiceDescriptorProto.Builder service, String name) {
    service.removeMethod(
        IntStream.range(0, service.getMethodCount())
            .filter(i -> service.getMethod(i).getName().equals(name))
            .findFirst()
            .orElseThrow());
  }

  private static void valueGone(List<EnumDescriptorProto.Builder> enums) {
    EnumDescriptorProto.Builder states =
        enums.stream().filter(e -> e.getName().equals("EnrollmentState")).findFirst().orElseThrow();
    states.removeValue(states.getValueCount() - 1);
  }

  private static void renamed(EnumDescriptorProto.Builder values, String name, String to) {
    values.getValueBuilderList().stream()
        .filter(value -> value.getName().equals(name))
        .forEach(value -> value.setName(to));
  }
}
