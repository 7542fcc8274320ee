package org.accrual.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.event.enrollment.TakenOffStudy;
import org.accrual.event.study.StudyRegistered;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What older builds wrote is read by this one, and what this one writes by older ones. */
class EvolutionTest {
  private static final String WITHDRAWN = "accrual.enrollment.patient-withdrawn.v1";
  private static final String TAKEN_OFF = "accrual.enrollment.taken-off-study.v1";
  private static final String REGISTERED = "accrual.study.registered.v1";

  static Stream<Schema> released() {
    return EventSchemas.released().stream();
  }

  /** Of every version there ever was: today's classes, in versions that nothing leads on from. */
  @ParameterizedTest
  @MethodSource("released")
  void everyVersionIsReadAsTodays(Schema schema) throws IOException {
    String type = EventSchemas.typeOf(schema);
    List<SpecificRecord> events = read(Examples.of(schema));

    assertThat(events).isNotEmpty();
    assertThat(events.getFirst().getSchema()).isEqualTo(EventSchemas.current().get(type));
    for (SpecificRecord event : events) {
      assertThat(event.getSchema())
          .isEqualTo(EventSchemas.current().get(EventSchemas.typeOf(event.getSchema())));
    }
  }

  /** A consumer of before, with nothing but the schema of its time. */
  @ParameterizedTest
  @MethodSource("released")
  void everyVersionReadsWhatIsWrittenToday(Schema old) {
    Schema today = EventSchemas.current().get(EventSchemas.typeOf(old));
    GenericRecord written = Examples.of(today);

    GenericRecord read = Examples.read(Examples.bytes(written), today, old);

    for (Schema.Field field : old.getFields()) {
      assertThat(read.get(field.name())).as(field.name()).isEqualTo(written.get(field.name()));
    }
  }

  @Test
  void aFieldThatWasAddedHasItsDefaultInWhatWasWrittenBefore() throws IOException {
    assertThat(read(old(TAKEN_OFF)))
        .singleElement()
        .isInstanceOfSatisfying(
            TakenOffStudy.class, e -> assertThat(e.getCause()).isEqualTo("UNSPECIFIED"));
  }

  @Test
  void aFieldThatWasRenamedIsReadUnderItsNewNameOnly() throws IOException {
    GenericRecord old = old(REGISTERED);
    old.put("target", 120);

    assertThat(read(old))
        .singleElement()
        .isInstanceOfSatisfying(
            StudyRegistered.class, e -> assertThat(e.getAccrualTarget()).isEqualTo(120));
  }

  @Test
  void anEventThatWasSplitIsAListInOrder() throws IOException {
    GenericRecord old = old(WITHDRAWN);
    old.put("registered", true);

    List<SpecificRecord> events = read(old);

    assertThat(events).hasSize(2);
    PatientWithdrawn withdrawn = (PatientWithdrawn) events.get(0);
    TakenOffStudy ended = (TakenOffStudy) events.get(1);
    assertThat(withdrawn.getRegistered()).isTrue();
    assertThat(ended.getEnrollmentId()).isEqualTo(withdrawn.getEnrollmentId());
    assertThat(ended.getStudyId()).isEqualTo(withdrawn.getStudyId());
    assertThat(ended.getSiteId()).isEqualTo(withdrawn.getSiteId());
    assertThat(ended.getPatientId()).isEqualTo(withdrawn.getPatientId());
    assertThat(ended.getReason()).isEqualTo(withdrawn.getReason());
    assertThat(ended.getRecordedBy()).isEqualTo(withdrawn.getWithdrawnBy());
    assertThat(ended.getCause()).isEqualTo("WITHDRAWAL");
  }

  @Test
  void whatSaidOneThingOnlyIsNotSplit() throws IOException {
    GenericRecord old = old(WITHDRAWN);
    old.put("registered", false);

    assertThat(read(old)).singleElement().isInstanceOf(PatientWithdrawn.class);
    GenericRecord today = Examples.of(EventSchemas.current().get(WITHDRAWN));
    assertThat(read(today)).as("version 2 is followed by an event of its own").hasSize(1);
  }

  @Test
  void stepsArePureAndLeadToAVersionThatThereIs() {
    for (Upcasts.Step step : Upcasts.steps().keySet()) {
      Schema from = EventSchemas.released(step.type(), step.version()).orElseThrow();
      GenericRecord event = Examples.of(from);
      List<GenericRecord> once = Upcasts.apply(event);

      assertThat(Upcasts.apply(event)).isEqualTo(once);
      assertThat(event).as("left as it was").isEqualTo(Examples.of(from));
      assertThat(EventSchemas.released(step.type(), step.version() + 1)).isPresent();
    }
  }

  /** Of a schema without our marks, as another registry or writer may have it. */
  @Test
  void aSchemaThatSaysNoVersionIsReadByAvrosRules() throws IOException {
    Schema unmarked =
        new Schema.Parser()
            .parse(
                EventSchemas.current()
                    .get(TAKEN_OFF)
                    .toString()
                    .replace("\"accrual.version\":2", "\"x\":0"));
    byte[] bytes = Examples.bytes(Examples.of(unmarked));

    assertThat(EventReader.of(TAKEN_OFF, unmarked).read(bytes, 0)).hasSize(1);
  }

  @Test
  void whatDoesNotFitIsSaid() {
    Schema schema = EventSchemas.current().get(TAKEN_OFF);
    byte[] bytes = Examples.bytes(Examples.of(schema));
    EventReader reader = EventReader.of(TAKEN_OFF, schema);

    assertThatThrownBy(() -> reader.read(Arrays.copyOf(bytes, bytes.length - 1), 0))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> reader.read(Arrays.copyOf(bytes, bytes.length + 1), 0))
        .hasMessageContaining("left over");
    assertThatThrownBy(() -> EventReader.of("accrual.unheard.of.v1", schema))
        .hasMessageContaining("accrual.unheard.of.v1");
    assertThatThrownBy(() -> EventReader.of(WITHDRAWN, schema))
        .hasMessageContaining("TakenOffStudy");
  }

  private static GenericRecord old(String type) {
    return Examples.of(EventSchemas.released(type, 1).orElseThrow());
  }

  private static List<SpecificRecord> read(GenericRecord written) throws IOException {
    Schema schema = written.getSchema();
    return new ArrayList<>(
        EventReader.of(EventSchemas.typeOf(schema), schema).read(Examples.bytes(written), 0));
  }
}
