package org.accrual.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One of each kind of change that breaks somebody, tried on released schemas: the check names it.
 */
class IncompatibleChangeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFIRMED = "accrual.enrollment.confirmed.v1";
  private static final String SCREENED = "accrual.enrollment.patient-screened.v1";
  private static final String CONSENT = "accrual.enrollment.consent-recorded.v1";
  private static final String REGISTERED = "accrual.study.registered.v1";
  private static final String TAKEN_OFF = "accrual.enrollment.taken-off-study.v1";

  static Stream<Arguments> incompatible() {
    return Stream.of(
        Arguments.of(
            CONFIRMED,
            change(s -> add(s, "{'name': 'by', 'type': 'string'}")),
            "field by breaks READER_FIELD_MISSING_DEFAULT_VALUE"),
        Arguments.of(
            CONFIRMED,
            change(s -> fields(s).remove(1)),
            "field study_id breaks READER_FIELD_MISSING_DEFAULT_VALUE"),
        Arguments.of(
            CONFIRMED,
            change(s -> field(s, "site_id").put("name", "centre_id")),
            "field centre_id breaks READER_FIELD_MISSING_DEFAULT_VALUE"),
        Arguments.of(
            CONFIRMED,
            change(s -> field(s, "site_id").put("type", "long")),
            "field site_id breaks TYPE_MISMATCH"),
        Arguments.of(
            SCREENED,
            change(s -> field(s, "attempt").put("type", "long")),
            "field attempt breaks TYPE_MISMATCH"),
        Arguments.of(
            SCREENED,
            change(s -> field(s, "previous_enrollment_id").set("type", json("['null', 'long']"))),
            "field previous_enrollment_id breaks MISSING_UNION_BRANCH"),
        Arguments.of(
            CONFIRMED, change(s -> s.put("name", "EnrollmentDone")), "breaks NAME_MISMATCH"),
        Arguments.of(
            REGISTERED,
            change(s -> field(s, "arms").set("type", json("{'type': 'array', 'items': 'string'}"))),
            "field arms breaks TYPE_MISMATCH"),
        Arguments.of(
            CONSENT,
            change(
                s ->
                    ((ObjectNode) field(s, "signed_at").get("type"))
                        .put("logicalType", "timestamp-millis")),
            "field signed_at breaks LOGICAL_TYPE_CHANGED"),
        Arguments.of(
            TAKEN_OFF,
            change(s -> field(s, "cause").put("default", "OTHER")),
            "field cause breaks DEFAULT_CHANGED"));
  }

  @ParameterizedTest
  @MethodSource("incompatible")
  void isNamed(String type, Consumer<ObjectNode> change, String named) throws Exception {
    Schema released = EventSchemas.current().get(type);

    List<String> violations = SchemaRules.violations(released, changed(released, change, true));

    assertThat(violations)
        .anySatisfy(line -> assertThat(line).startsWith(type + ": version").contains(named));
  }

  /** A symbol that one side does not have; no event has an enum yet. */
  @Test
  void anEnumsNewSymbolIsNamed() throws Exception {
    Schema one = ofKind("['A', 'B']", 1);
    Schema other = ofKind("['A', 'B', 'C']", 2);

    assertThat(SchemaRules.violations(one, other))
        .singleElement()
        .asString()
        .contains("an.event.v1", "version 1 cannot read version 2", "kind", "MISSING_ENUM_SYMBOLS");
  }

  @ParameterizedTest
  @MethodSource("incompatible")
  void withoutANewVersionTheFieldIsNamedToo(String type, Consumer<ObjectNode> change, String named)
      throws Exception {
    Schema released = EventSchemas.current().get(type);
    Schema now = changed(released, change, false);

    assertThat(SchemaRules.changes(released, now))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).startsWith(type).contains("RELEASED_VERSION_CHANGED"));
  }

  @Test
  void whatIsAllowedIsNotNamed() throws Exception {
    Schema released = EventSchemas.current().get(CONFIRMED);
    Schema now =
        changed(
            released, s -> add(s, "{'name': 'by', 'type': 'string', 'default': 'nobody'}"), true);

    assertThat(SchemaRules.violations(released, now)).isEmpty();
  }

  private static Consumer<ObjectNode> change(Consumer<ObjectNode> change) {
    return change;
  }

  private static Schema changed(Schema released, Consumer<ObjectNode> change, boolean newVersion)
      throws Exception {
    ObjectNode schema = (ObjectNode) JSON.readTree(released.toString());
    change.accept(schema);
    if (newVersion) {
      schema.put("accrual.version", EventSchemas.versionOf(released) + 1);
    }
    return new Schema.Parser().parse(schema.toString());
  }

  private static Schema ofKind(String symbols, int version) {
    return new Schema.Parser()
        .parse(
            """
            {"type": "record", "name": "E", "accrual.type": "an.event.v1", "accrual.version": %d,
             "fields": [{"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": %s}}]}
            """
                .formatted(version, symbols.replace('\'', '"')));
  }

  private static ArrayNode fields(ObjectNode schema) {
    return (ArrayNode) schema.get("fields");
  }

  private static ObjectNode field(ObjectNode schema, String name) {
    for (var field : fields(schema)) {
      if (field.get("name").asText().equals(name)) {
        return (ObjectNode) field;
      }
    }
    throw new AssertionError("no field " + name);
  }

  private static void add(ObjectNode schema, String field) {
    fields(schema).add(json(field));
  }

  private static com.fasterxml.jackson.databind.JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (com.fasterxml.jackson.core.JsonProcessingException wrong) {
      throw new AssertionError(wrong);
    }
  }
}
