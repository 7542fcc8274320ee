package org.accrual.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.event.enrollment.ConsentRecorded;
import org.accrual.event.enrollment.EligibilityRecorded;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.event.enrollment.EnrollmentRejected;
import org.accrual.event.enrollment.EnrollmentRequested;
import org.accrual.event.enrollment.PatientScreened;
import org.accrual.event.enrollment.PatientWithdrawn;
import org.accrual.event.site.SiteActivated;
import org.accrual.event.site.SiteCapacityChanged;
import org.accrual.event.site.SiteDeactivated;
import org.accrual.event.study.AccrualResumed;
import org.accrual.event.study.AccrualSuspended;
import org.accrual.event.study.StudyActivated;
import org.accrual.event.study.StudyClosedToAccrual;
import org.accrual.event.study.StudyCompleted;
import org.accrual.event.study.StudyRegistered;
import org.apache.avro.Schema;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * The schema of every event type. A type's name and version stand in its schema as {@code
 * accrual.type} and {@code accrual.version}; the registry's subject is the type.
 */
public final class EventSchemas {
  private static final Map<String, Schema> CURRENT = new LinkedHashMap<>();

  static {
    // Avro makes no object of a class it was not told to trust: it must not be the writer of a
    // record who chooses the class.
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(),
            type -> type.getPackageName().startsWith("org.accrual.event.")));
    List.of(
            StudyRegistered.getClassSchema(),
            StudyActivated.getClassSchema(),
            AccrualSuspended.getClassSchema(),
            AccrualResumed.getClassSchema(),
            StudyClosedToAccrual.getClassSchema(),
            StudyCompleted.getClassSchema(),
            SiteActivated.getClassSchema(),
            SiteCapacityChanged.getClassSchema(),
            SiteDeactivated.getClassSchema(),
            PatientScreened.getClassSchema(),
            ConsentRecorded.getClassSchema(),
            EligibilityRecorded.getClassSchema(),
            EnrollmentRequested.getClassSchema(),
            EnrollmentConfirmed.getClassSchema(),
            EnrollmentRejected.getClassSchema(),
            PatientWithdrawn.getClassSchema())
        .forEach(schema -> CURRENT.put(typeOf(schema), schema));
  }

  private EventSchemas() {}

  /** Every type with its current schema, in the order of the streams' lives. */
  public static Map<String, Schema> current() {
    return Map.copyOf(CURRENT);
  }

  /** The schema of a type at a version; empty if this build does not know it. */
  public static Optional<Schema> of(String type, int version) {
    return Optional.ofNullable(CURRENT.get(type)).filter(schema -> versionOf(schema) == version);
  }

  /** The event type of a schema of ours. */
  public static String typeOf(Schema schema) {
    return schema.getProp("accrual.type");
  }

  /** The version of a schema of ours within its type. */
  public static int versionOf(Schema schema) {
    return ((Number) schema.getObjectProp("accrual.version")).intValue();
  }
}
