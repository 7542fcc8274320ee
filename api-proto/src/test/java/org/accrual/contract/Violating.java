package org.accrual.contract;

import build.buf.validate.FieldRules;
import build.buf.validate.Ignore;
import build.buf.validate.MapRules;
import build.buf.validate.RepeatedRules;
import build.buf.validate.StringRules;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A message that breaks a rule.
 *
 * @param ruleId as violations name it
 */
record Violating(Message message, String ruleId) {

  /**
   * One for each rule of a field, but for those in CEL. A kind of rule that is new here is a fault.
   */
  static List<Violating> of(FieldDescriptor field, FieldRules rules) {
    return new Of(field, rules).all();
  }

  private static final class Of {
    private final FieldDescriptor field;
    private final FieldRules rules;
    private final List<Violating> found = new ArrayList<>();

    Of(FieldDescriptor field, FieldRules rules) {
      this.field = field;
      this.rules = rules;
    }

    List<Violating> all() {
      if (rules.getRequired()) {
        found.add(
            new Violating(
                DynamicMessage.getDefaultInstance(field.getContainingType()), "required"));
      }
      switch (rules.getTypeCase()) {
        case STRING -> strings(rules.getString()).forEach(this::add);
        case INT32 -> {
          only(rules.getInt32(), "gte", "lte");
          String rule = rules.getInt32().hasLte() ? "int32.gte_lte" : "int32.gte";
          add(rules.getInt32().getGte() - 1, rule);
          if (rules.getInt32().hasLte()) {
            add(rules.getInt32().getLte() + 1, rule);
          }
        }
        case INT64 -> {
          only(rules.getInt64(), "gte", "lte");
          String rule = rules.getInt64().hasLte() ? "int64.gte_lte" : "int64.gte";
          add(rules.getInt64().getGte() - 1, rule);
          if (rules.getInt64().hasLte()) {
            add(rules.getInt64().getLte() + 1, rule);
          }
        }
        case DURATION -> {
          only(rules.getDuration(), "gte", "lte");
          add(seconds(rules.getDuration().getGte().getSeconds() - 1), "duration.gte_lte");
          add(seconds(rules.getDuration().getLte().getSeconds() + 1), "duration.gte_lte");
        }
        case ENUM -> enums();
        case REPEATED -> repeated(rules.getRepeated());
        case MAP -> map(rules.getMap());
        case TYPE_NOT_SET -> {}
        default -> throw new AssertionError("no violation known of " + rules);
      }
      return found;
    }

    private static Duration seconds(long seconds) {
      return Duration.newBuilder().setSeconds(seconds).build();
    }

    private void enums() {
      only(rules.getEnum(), "defined_only", "not_in");
      EnumValueDescriptor undefined = field.getEnumType().findValueByNumberCreatingIfUnknown(999);
      add(undefined, "enum.defined_only");
      rules
          .getEnum()
          .getNotInList()
          .forEach(n -> add(field.getEnumType().findValueByNumber(n), "enum.not_in"));
    }

    private void repeated(RepeatedRules list) {
      only(list, "min_items", "max_items", "unique", "items");
      if (list.hasMinItems()) {
        add(Collections.emptyList(), "repeated.min_items");
      }
      add(Collections.nCopies((int) list.getMaxItems() + 1, example()), "repeated.max_items");
      if (list.getUnique()) {
        add(List.of(example(), example()), "repeated.unique");
      }
      if (list.getItems().hasInt32()) {
        only(list.getItems().getInt32(), "gte", "lte");
        add(List.of(list.getItems().getInt32().getGte() - 1), "int32.gte_lte");
        add(List.of(list.getItems().getInt32().getLte() + 1), "int32.gte_lte");
      } else if (list.hasItems()) {
        strings(list.getItems().getString()).forEach((value, id) -> add(List.of(value), id));
      }
    }

    private void map(MapRules map) {
      only(map, "min_pairs", "max_pairs", "keys", "values");
      if (map.hasMinPairs()) {
        add(Collections.emptyList(), "map.min_pairs");
      }
      List<Message> many = new ArrayList<>();
      for (int i = 0; i <= map.getMaxPairs(); i++) {
        many.add(entry("k" + i, "v"));
      }
      add(many, "map.max_pairs");
      strings(map.getKeys().getString()).forEach((key, id) -> add(List.of(entry(key, "v")), id));
      strings(map.getValues().getString())
          .forEach((value, id) -> add(List.of(entry("k", value)), id));
    }

    /** Values by the rule they break. */
    private Map<String, String> strings(StringRules string) {
      only(string, "min_len", "max_len", "pattern", "uuid", "email");
      Map<String, String> broken = new java.util.LinkedHashMap<>();
      boolean mayBeEmpty = rules.getIgnore() == Ignore.IGNORE_IF_ZERO_VALUE;
      if (string.getMinLen() > 0 && !mayBeEmpty) {
        broken.put("x".repeat((int) string.getMinLen() - 1), "string.min_len");
      }
      if (string.hasMaxLen()) {
        broken.put("x".repeat((int) string.getMaxLen() + 1), "string.max_len");
      }
      if (string.hasPattern()) {
        broken.put("\n", "string.pattern");
      }
      if (string.getUuid()) {
        broken.put("not-a-uuid", "string.uuid");
      }
      if (string.getEmail()) {
        broken.put("nobody", "string.email");
      }
      return broken;
    }

    private void add(Object value, String ruleId) {
      Descriptor type = field.getContainingType();
      found.add(
          new Violating(DynamicMessage.newBuilder(type).setField(field, value).build(), ruleId));
    }

    private Object example() {
      return switch (field.getJavaType()) {
        case MESSAGE -> DynamicMessage.getDefaultInstance(field.getMessageType());
        case INT -> 1;
        default -> "a";
      };
    }

    private Message entry(String key, String value) {
      Descriptor type = field.getMessageType();
      return DynamicMessage.newBuilder(type)
          .setField(type.findFieldByName("key"), key)
          .setField(type.findFieldByName("value"), value)
          .build();
    }

    /** A rule that is not tried would be a rule that is not tested. */
    private static void only(Message rules, String... tried) {
      Set<String> used = new TreeSet<>();
      rules.getAllFields().keySet().forEach(rule -> used.add(rule.getName()));
      used.removeAll(Set.of(tried));
      if (!used.isEmpty()) {
        throw new AssertionError("no violation known of " + used + " in " + rules);
      }
    }
  }
}
