package org.accrual.runtime.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest.FieldViolation;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Characters allowed in every text of every request, so that an accepted text can be stored, sent
 * and shown everywhere: no control characters, no bidirectional controls, no unpaired surrogates,
 * and Unicode normalization form C. Free texts may have line breaks and tabs.
 */
final class TextRules {
  /** Names of the fields whose text may have several lines. */
  private static final Set<String> MULTI_LINE = Set.of("reason", "note");

  private TextRules() {}

  /** Returns one violation for each text that breaks a rule. */
  static List<FieldViolation> violations(Message message) {
    List<FieldViolation> found = new ArrayList<>();
    check("", message, found);
    return found;
  }

  private static void check(String path, Message message, List<FieldViolation> found) {
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              String name = path.isEmpty() ? field.getName() : path + "." + field.getName();
              if (field.isMapField()) {
                checkMap(name, field, (List<?>) value, found);
              } else if (field.isRepeated()) {
                List<?> items = (List<?>) value;
                for (int i = 0; i < items.size(); i++) {
                  checkValue(name + "[" + i + "]", field, items.get(i), found);
                }
              } else {
                checkValue(name, field, value, found);
              }
            });
  }

  private static void checkMap(
      String name, FieldDescriptor map, List<?> entries, List<FieldViolation> found) {
    FieldDescriptor keys = map.getMessageType().findFieldByName("key");
    FieldDescriptor values = map.getMessageType().findFieldByName("value");
    for (Object item : entries) {
      Message entry = (Message) item;
      String at = name + subscript(entry.getField(keys).toString());
      checkValue(at, keys, entry.getField(keys), found);
      checkValue(at, values, entry.getField(values), found);
    }
  }

  private static void checkValue(
      String name, FieldDescriptor field, Object value, List<FieldViolation> found) {
    if (field.getJavaType() == JavaType.MESSAGE) {
      check(name, (Message) value, found);
    } else if (field.getJavaType() == JavaType.STRING) {
      problem((String) value, MULTI_LINE.contains(field.getName()))
          .ifPresent(problem -> found.add(violation(name, problem)));
    }
  }

  /** Returns a map's key as a field path has it, without characters that break a rule. */
  static String subscript(String key) {
    int end = key.offsetByCodePoints(0, Math.min(64, key.codePointCount(0, key.length())));
    StringBuilder shown = new StringBuilder("[\"");
    key.substring(0, end)
        .codePoints()
        .forEach(c -> shown.appendCodePoint(isForbidden(c, false) ? '\uFFFD' : c));
    return shown.append("\"]").toString();
  }

  /**
   * Returns the rule that a text breaks.
   *
   * @param multiLine whether it may have line breaks and tabs
   */
  static Optional<String> problem(String text, boolean multiLine) {
    Optional<String> forbidden =
        text.codePoints()
            .filter(c -> isForbidden(c, multiLine))
            .mapToObj("must not have the character U+%04X"::formatted)
            .findFirst();
    if (forbidden.isEmpty() && !Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
      return Optional.of("must be in Unicode normalization form C");
    }
    return forbidden;
  }

  private static boolean isForbidden(int c, boolean multiLine) {
    if (c == '\n' || c == '\t') {
      return !multiLine;
    }
    return Character.isISOControl(c)
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069)
        || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static FieldViolation violation(String field, String description) {
    return FieldViolation.newBuilder()
        .setField(field)
        .setDescription(description)
        .setReason("TEXT_NOT_ALLOWED")
        .build();
  }
}
