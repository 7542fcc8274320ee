package org.accrual.contract;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * The schema of every event and message type. A type's name and version stand in its schema as
 * {@code accrual.type} and {@code accrual.version}; the registry's subject is the type.
 */
public final class EventSchemas {
  private static final Map<String, Schema> CURRENT = new LinkedHashMap<>();

  static {
    // A length in broken bytes is not to be believed: Avro reserves memory for it. Read by Avro
    // once, before the first record.
    System.getProperties()
        .putIfAbsent("org.apache.avro.limits.collectionItems.maxLength", "100000");
    // Avro makes no object of a class it was not told to trust: it must not be the writer of a
    // record who chooses the class.
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(),
            type -> type.getPackageName().startsWith("org.accrual.event.")));
    List.of(
            org.accrual.event.study.StudyRegistered.getClassSchema(),
            org.accrual.event.study.StudyActivated.getClassSchema(),
            org.accrual.event.study.AccrualSuspended.getClassSchema(),
            org.accrual.event.study.AccrualResumed.getClassSchema(),
            org.accrual.event.study.StudyClosedToAccrual.getClassSchema(),
            org.accrual.event.study.StudyCompleted.getClassSchema(),
            org.accrual.event.site.SiteActivated.getClassSchema(),
            org.accrual.event.site.SiteCapacityChanged.getClassSchema(),
            org.accrual.event.site.SiteDeactivated.getClassSchema(),
            org.accrual.event.site.KitsReceived.getClassSchema(),
            org.accrual.event.site.KitsQuarantined.getClassSchema(),
            org.accrual.event.site.KitReturned.getClassSchema(),
            org.accrual.event.site.KitsDestroyed.getClassSchema(),
            org.accrual.event.enrollment.PatientScreened.getClassSchema(),
            org.accrual.event.enrollment.ConsentRecorded.getClassSchema(),
            org.accrual.event.enrollment.EligibilityRecorded.getClassSchema(),
            org.accrual.event.enrollment.EnrollmentRequested.getClassSchema(),
            org.accrual.event.enrollment.EnrollmentConfirmed.getClassSchema(),
            org.accrual.event.enrollment.EnrollmentRejected.getClassSchema(),
            org.accrual.event.enrollment.PatientWithdrawn.getClassSchema(),
            org.accrual.event.enrollment.CompensationStarted.getClassSchema(),
            org.accrual.event.enrollment.EligibilityCorrected.getClassSchema(),
            org.accrual.event.enrollment.FollowUpStarted.getClassSchema(),
            org.accrual.event.enrollment.KitAllocated.getClassSchema(),
            org.accrual.event.enrollment.Randomized.getClassSchema(),
            org.accrual.event.enrollment.SlotReserved.getClassSchema(),
            org.accrual.event.enrollment.TakenOffStudy.getClassSchema(),
            org.accrual.event.enrollment.Unblinded.getClassSchema(),
            org.accrual.event.enrollment.WithdrawalReversed.getClassSchema(),
            org.accrual.event.capacity.ReleaseSlot.getClassSchema(),
            org.accrual.event.capacity.ReserveSlot.getClassSchema(),
            org.accrual.event.capacity.SlotRefused.getClassSchema(),
            org.accrual.event.capacity.SlotReleased.getClassSchema(),
            org.accrual.event.capacity.SlotReserved.getClassSchema(),
            org.accrual.event.supply.AllocateKit.getClassSchema(),
            org.accrual.event.supply.HoldKits.getClassSchema(),
            org.accrual.event.supply.KitAllocated.getClassSchema(),
            org.accrual.event.supply.KitsHeld.getClassSchema(),
            org.accrual.event.supply.KitsRefused.getClassSchema(),
            org.accrual.event.supply.KitsReleased.getClassSchema(),
            org.accrual.event.supply.ReleaseKits.getClassSchema(),
            org.accrual.event.randomization.AllocationRevealed.getClassSchema(),
            org.accrual.event.randomization.RandomizationRefused.getClassSchema(),
            org.accrual.event.randomization.Randomize.getClassSchema(),
            org.accrual.event.randomization.Randomized.getClassSchema(),
            org.accrual.event.randomization.RevealAllocation.getClassSchema())
        .forEach(schema -> CURRENT.put(typeOf(schema), schema));
  }

  private EventSchemas() {}

  /** Every type with its current schema, in the order of the streams' lives. */
  public static Map<String, Schema> current() {
    return Collections.unmodifiableMap(CURRENT);
  }

  /** The schema of a type at a version, released or current; empty if this build knows none. */
  public static Optional<Schema> of(String type, int version) {
    Schema current = CURRENT.get(type);
    if (current == null || version < 1 || version > versionOf(current)) {
      return Optional.empty();
    }
    return version == versionOf(current) ? Optional.of(current) : released(type, version);
  }

  /** The schema of a type as it was released in a version. */
  static Optional<Schema> released(String type, int version) {
    return SchemaHistory.of(type, version);
  }

  /** Every version of every type, in the order in which they were released. */
  public static List<Schema> released() {
    return SchemaHistory.releases().stream()
        .map(release -> of(release.type(), release.version()).orElseThrow())
        .toList();
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
