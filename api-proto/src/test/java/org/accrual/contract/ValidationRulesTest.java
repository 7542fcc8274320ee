package org.accrual.contract;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.validate.FieldRules;
import build.buf.validate.MessageRules;
import build.buf.validate.Rule;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every field that a client sends has a rule, and every rule refuses what breaks it. That both
 * servers hold requests to the rules is shown against them, in {@code BadInputIT} and elsewhere.
 */
class ValidationRulesTest {
  private static final Validator VALIDATOR = ValidatorFactory.newBuilder().build();

  /** What breaks a rule that is written in CEL. */
  private static final Map<String, String> BREAKING =
      Map.of(
          "arms.unique", "arms {arm_id: 'A'} arms {arm_id: 'A'}",
          "factors.unique", "factors {name: 'A'} factors {name: 'A'}",
          "kits.unique", "kits {kit_id: 'A'} kits {kit_id: 'A'}",
          "redrive.preview", "preview_token: 'p' filter {}",
          "reason.text", "reason: ' '",
          "site.needs.study", "site_id: 'V1'",
          "patient.needs.study", "patient_id: 'P1'");

  @Test
  void everyFieldHasARule() throws Exception {
    List<String> free = new ArrayList<>();
    for (Descriptor message : RequestRules.inputs()) {
      for (FieldDescriptor field : message.getFields()) {
        if (needsRule(field) && !field.getOptions().hasExtension(ValidateProto.field)) {
          free.add(field.getFullName());
        }
      }
    }
    assertThat(free).as("fields that anything may be sent in").isEmpty();
  }

  /** Of a message the fields have rules; a boolean may be either. */
  private static boolean needsRule(FieldDescriptor field) {
    return field.isRepeated()
        || (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE
            && field.getJavaType() != FieldDescriptor.JavaType.BOOLEAN);
  }

  @TestFactory
  List<DynamicTest> everyRuleRefusesWhatBreaksIt() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    Set<String> cel = new HashSet<>();
    for (Descriptor message : RequestRules.inputs()) {
      MessageRules whole = message.getOptions().getExtension(ValidateProto.message);
      for (Rule rule : whole.getCelList()) {
        cel.add(rule.getId());
        tests.add(test(message.getFullName(), broken(message, rule)));
      }
      for (OneofDescriptor choice : message.getRealOneofs()) {
        if (choice.getOptions().getExtension(ValidateProto.oneof).getRequired()) {
          DynamicMessage nothing = DynamicMessage.getDefaultInstance(message);
          tests.add(test(choice.getFullName(), new Violating(nothing, "required")));
        }
      }
      for (FieldDescriptor field : message.getFields()) {
        FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
        for (Rule rule : rules.getCelList()) {
          cel.add(rule.getId());
          tests.add(test(field.getFullName(), broken(message, rule)));
        }
        for (Violating broken : Violating.of(field, rules)) {
          tests.add(test(field.getFullName(), broken));
        }
      }
    }
    assertThat(cel).isEqualTo(BREAKING.keySet());
    assertThat(tests).hasSizeGreaterThan(100);
    return tests;
  }

  private static Violating broken(Descriptor message, Rule rule) throws Exception {
    DynamicMessage.Builder builder = DynamicMessage.newBuilder(message);
    TextFormat.merge(BREAKING.getOrDefault(rule.getId(), ""), builder);
    return new Violating(builder.build(), rule.getId());
  }

  private static DynamicTest test(String where, Violating broken) {
    return DynamicTest.dynamicTest(
        where + " " + broken.ruleId(),
        () ->
            assertThat(VALIDATOR.validate(broken.message()).toProto().getViolationsList())
                .anySatisfy(
                    violation -> {
                      assertThat(violation.getRuleId()).isEqualTo(broken.ruleId());
                      if (violation.hasField()) {
                        assertThat(where)
                            .contains(violation.getField().getElements(0).getFieldName());
                      }
                    }));
  }
}
