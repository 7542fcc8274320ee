package org.accrual.consumers.rebuild;

import java.util.Map;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventWriter;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Ends of enrollments and studies as builds told them that knew only version 1. */
final class OldWriter {
  private final EventWriter writer;

  OldWriter(EventWriter writer) {
    this.writer = writer;
  }

  void registered(String study, int target) {
    GenericRecord event = ofVersion1("accrual.study.registered.v1");
    event.put("study_id", study);
    event.put("title", "a title");
    event.put("arms", java.util.List.of());
    event.put("factors", java.util.List.of());
    event.put("target", target);
    writer.sendOld(Topics.STUDY_EVENTS, study, 1, event);
  }

  /** One event, that has become two. */
  void withdrawn(EnrollmentStory story, boolean registered) {
    end(
        story,
        "accrual.enrollment.patient-withdrawn.v1",
        Map.of("reason", "moved", "withdrawn_by", "nurse", "registered", registered));
  }

  /** Without a cause. */
  void takenOff(EnrollmentStory story) {
    end(
        story,
        "accrual.enrollment.taken-off-study.v1",
        Map.of("reason", "done", "recorded_by", "nurse"));
  }

  private void end(EnrollmentStory story, String type, Map<String, Object> fields) {
    story.write(writer);
    GenericRecord event = ofVersion1(type);
    event.put("enrollment_id", story.id);
    event.put("study_id", story.study);
    event.put("site_id", story.site);
    event.put("patient_id", story.patient);
    fields.forEach(event::put);
    writer.sendOld(Topics.ENROLLMENT_EVENTS, story.id, story.events().size() + 1, event);
  }

  private static GenericRecord ofVersion1(String type) {
    Schema schema = EventSchemas.of(type, 1).orElseThrow();
    return new GenericData.Record(schema);
  }
}
