package org.accrual.contract;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.validate.Violation;
import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Clients and documentation read a field's behavior, servers enforce its rules: both agree. */
class FieldBehaviorTest {
  private static final Validator VALIDATOR = ValidatorFactory.newBuilder().build();

  @Test
  @DisplayName("A field of a request is REQUIRED exactly if its rules refuse a request without it")
  void requiredFieldsAreThoseThatRulesRequire() throws Exception {
    Set<String> required = new TreeSet<>();
    Set<String> refused = new TreeSet<>();
    for (Descriptor message : RequestRules.inputs()) {
      message.getFields().stream()
          .filter(field -> behavior(field).contains(FieldBehavior.REQUIRED))
          .forEach(field -> required.add(field.getFullName()));
      refused.addAll(refusedWhenEmpty(message));
    }

    assertThat(required).isEqualTo(refused);
  }

  @Test
  @DisplayName("A field of a resource is OUTPUT_ONLY or IMMUTABLE")
  void fieldsOfResourcesHaveABehavior() throws Exception {
    Set<Descriptor> resources = RequestRules.resources();
    List<String> without =
        resources.stream()
            .flatMap(message -> message.getFields().stream())
            .filter(field -> behavior(field).isEmpty())
            .map(FieldDescriptor::getFullName)
            .toList();

    assertThat(without).isEmpty();
    assertThat(resources)
        .extracting(Descriptor::getFullName)
        .contains("accrual.study.v1.Study", "accrual.study.v1.Site");
  }

  private static Set<String> refusedWhenEmpty(Descriptor message) throws Exception {
    return VALIDATOR
        .validate(DynamicMessage.getDefaultInstance(message))
        .toProto()
        .getViolationsList()
        .stream()
        .filter(violation -> violation.getField().getElementsCount() == 1)
        .map(FieldBehaviorTest::name)
        .filter(field -> message.findFieldByName(field) != null)
        .map(field -> message.getFullName() + "." + field)
        .collect(Collectors.toSet());
  }

  private static String name(Violation violation) {
    return violation.getField().getElements(0).getFieldName();
  }

  private static List<FieldBehavior> behavior(FieldDescriptor field) {
    return field.getOptions().getExtension(FieldBehaviorProto.fieldBehavior);
  }
}
