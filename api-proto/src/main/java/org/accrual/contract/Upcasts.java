package org.accrual.contract;

import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * What an event of one version is in the next, where Avro's rules alone do not say it. Each step is
 * a pure function from a version to the one after it; a step that splits an event tells several
 * under the old one's place in its stream. The one place for this: event store and consumers both
 * read by way of {@link EventReader}.
 */
final class Upcasts {
  private static final String STUDY_REGISTERED = "accrual.study.registered.v1";
  private static final String PATIENT_WITHDRAWN = "accrual.enrollment.patient-withdrawn.v1";
  private static final String TAKEN_OFF_STUDY = "accrual.enrollment.taken-off-study.v1";

  /**
   * From a version of a type to the next.
   *
   * @param version that it starts from
   */
  record Step(String type, int version) {}

  private interface Upcast {
    /**
     * @param next the event with the next version's schema, as far as Avro's rules go
     */
    List<GenericRecord> of(GenericRecord next);
  }

  private static final Map<Step, Upcast> STEPS =
      Map.of(
          new Step(STUDY_REGISTERED, 1), Upcasts::targetUnderItsNewName,
          new Step(PATIENT_WITHDRAWN, 1), Upcasts::endOfStudyToldApart);

  private Upcasts() {}

  /** Whether a step lies between a version and today's. */
  static boolean any(String type, int version) {
    return steps().keySet().stream()
        .anyMatch(step -> step.type().equals(type) && step.version() >= version);
  }

  static Map<Step, ?> steps() {
    return STEPS;
  }

  /** The event in the versions that no step leads on from; one or several, in order. */
  static List<GenericRecord> apply(GenericRecord event) {
    String type = EventSchemas.typeOf(event.getSchema());
    int version = EventSchemas.versionOf(event.getSchema());
    if (!any(type, version)) {
      return List.of(event);
    }
    GenericRecord next = PlainBytes.resolve(event, schema(type, version + 1));
    Upcast step = STEPS.getOrDefault(new Step(type, version), List::of);
    return step.of(next).stream().flatMap(each -> apply(each).stream()).toList();
  }

  /** {@code target} became {@code accrual_target}; both are written. */
  private static List<GenericRecord> targetUnderItsNewName(GenericRecord registered) {
    return List.of(with(registered, "accrual_target", registered.get("target")));
  }

  /**
   * A registered patient's withdrawal said two things: that the patient withdrew, and that the
   * study ended for them. The second became an event of its own.
   */
  private static List<GenericRecord> endOfStudyToldApart(GenericRecord withdrawn) {
    if (Boolean.FALSE.equals(withdrawn.get("registered"))) {
      return List.of(withdrawn);
    }
    GenericRecord ended = new GenericData.Record(schema(TAKEN_OFF_STUDY, 2));
    for (String same : List.of("enrollment_id", "study_id", "site_id", "patient_id", "reason")) {
      ended.put(same, withdrawn.get(same));
    }
    ended.put("recorded_by", withdrawn.get("withdrawn_by"));
    ended.put("cause", "WITHDRAWAL");
    return List.of(withdrawn, ended);
  }

  private static GenericRecord with(GenericRecord event, String field, Object value) {
    GenericRecord copy = new GenericData.Record((GenericData.Record) event, true);
    copy.put(field, value);
    return copy;
  }

  private static Schema schema(String type, int version) {
    return EventSchemas.of(type, version)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the history lacks version %d of %s".formatted(version, type)));
  }
}
